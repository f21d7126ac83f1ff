import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { createApp } from '../graphql/app.ts';
import { createHttpCounts, httpMetrics } from '../http/counts.ts';
import { type Access, createHttpServer } from '../http/server.ts';
import { addMetrics } from '../measure/metric.ts';
import { type RequestNote, toLog } from '../measure/request.ts';
import { openDatabase } from '../storage/postgres/database.ts';
import { databaseMetrics } from '../storage/postgres/metrics.ts';
import { checkReadiness } from '../storage/postgres/ready.ts';
import { openAside } from './aside.ts';
import { createHealthLog } from './health-log.ts';
import { listenOn, originOf } from './listen-on.ts';
import { placeOfMetrics } from './metrics.ts';
import { openGate } from './open-gate.ts';
import { databaseOf, edgeOf, isOn, limitsOf, queryLimitsOf } from './options.ts';
import { openReplicasOf, withReplicas } from './replicas.ts';
import type { Settings } from './settings.ts';
import { atMost } from './stop.ts';
import type { Telemetry } from './telemetry.ts';
import { startUpkeep } from './upkeep.ts';

/** A service that answers requests, until it is stopped. */
export type Serving = { url: string; stop: () => Promise<void> };

/** Answers requests in this process, from a database that is up to date. @throws SettingsError for HOST or PORT. */
export async function startListening(
  settings: Settings,
  log: Logger,
  { connectionString, isTerminal }: { connectionString: string; isTerminal: boolean },
  { sources, spans }: Telemetry,
  metricsText: () => Promise<string>,
): Promise<Serving> {
  let stopping = false;
  // The database and its log know each other: one tells of failures, the other looks whether they are over.
  const health = createHealthLog(log, () => checkReadiness(db)());
  const connection = databaseOf(settings);
  const db = openDatabase({
    ...connection,
    connectionString,
    onConnectionLost: health.failed,
    onNotice: (line) => log.info(line),
  });
  const replicas = openReplicasOf(db, settings, connection, log);
  const gate = await openGate(db, settings, log);
  const aside = openAside({ settings, connectionString, isTerminal }, log, health.failed);
  const app = createApp({
    db,
    ...(replicas && { replicas }),
    log,
    aside,
    isStillGood: gate.isStillGood,
    limits: limitsOf(settings),
    onOutage: health.failed,
    requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
    slowRequestMs: settings.SLOW_REQUEST_MS,
    ...(spans && { spans }),
    queryLimits: queryLimitsOf(settings),
    introspection: isOn(settings.INTROSPECTION, settings),
  });
  const counts = createHttpCounts();
  sources.push(
    app.metrics,
    async () => addMetrics(databaseMetrics(db), await aside.metrics()),
    () => replicas?.metrics() ?? [],
    () => httpMetrics(counts),
  );
  const server = createHttpServer({
    app,
    gate,
    ...edgeOf(settings),
    readiness: async () =>
      stopping ? { reads: 'stopping', writes: 'stopping' } : withReplicas(await checkReadiness(db)(), replicas),
    onError: (error, note) => log.error({ ...toLog(note), err: error }, 'unexpected error'),
    metrics: placeOfMetrics(settings) === 'service' ? metricsText : undefined,
    counts,
    onAnswered: accessLog(log),
  });
  try {
    const { HOST: host } = settings;
    const port = await listenOn(server, { host, port: settings.PORT, hostName: 'HOST', portName: 'PORT' });
    const upkeep = startUpkeep(db, settings, log);
    return {
      url: `${originOf(host, port)}/graphql`,
      async stop() {
        stopping = true;
        upkeep.stop();
        health.close();
        app.endStreams();
        // The rest of the time is for the database, and the embedded Postgres.
        await closeServer(server, settings.SHUTDOWN_TIMEOUT_MS * 0.7);
        const closing = Promise.all([aside.close(), db.close(), replicas?.close()]);
        await atMost(Math.min(2_000, settings.SHUTDOWN_TIMEOUT_MS * 0.1), closing);
      },
    };
  } catch (error) {
    await replicas?.close();
    await db.close();
    throw error;
  }
}

/** One line a request, where the log wants it. */
function accessLog(log: Logger): ((note: RequestNote, access: Access) => void) | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  return (note, access) => {
    const { operation, operationName, way, code } = note;
    const asked = operation === 'none' ? {} : { operation, operationName: operationName?.slice(0, 100), way, code };
    log.debug({ ...toLog(note), ...access, ...asked }, 'request');
  };
}

/** Lets what is under way be answered, ends what only waits, and after the deadline everything. */
async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
