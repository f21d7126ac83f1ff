import { Socket } from 'node:net';
import { type Caller, sightOfPipelines } from '../domain/caller.ts';
import { createApp } from '../graphql/app.ts';
import type { AsideQuestion } from '../graphql/aside.ts';
import { type Clock, startClock } from '../measure/clock.ts';
import { openNote, type RequestNote } from '../measure/request.ts';
import { openDatabase } from '../storage/postgres/database.ts';
import { describeFailure } from '../storage/postgres/failures.ts';
import { databaseMetrics } from '../storage/postgres/metrics.ts';
import { type AsideStart, bodiesFd, clockZero, type FromAside, type ToAside } from './aside-messages.ts';
import { createLog } from './log.ts';
import { asideConnections, databaseOf, isOn, limitsOf, queryLimitsOf } from './options.ts';
import { yieldBackend } from './priority.ts';

// The process that answers dear queries, from a database of its own: see aside.ts, which starts it.

// Whoever started it has gone, however that was: nobody is left to be answered.
process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
// A supervisor may tell all processes of the service to stop. This one is told by the service, when it has been answered.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const bodies = new Socket({ fd: bodiesFd, readable: false, writable: true });
bodies.on('error', () => {});

let opened: ReturnType<typeof open> | undefined;
process.on('message', async (message: ToAside) => {
  if ('start' in message) {
    opened = open(message.start);
    await opened;
    return say({ ready: true, clockZero: clockZero() });
  }
  const { db, answer } = await opened!;
  if ('close' in message) {
    await db.close();
    process.exit();
  } else if ('question' in message) {
    const { body, ...answered } = await answer(message.question, message.waitedMs);
    const bytes = Buffer.from(body);
    say({ number: message.number, answer: answered, bodyBytes: bytes.length });
    bodies.write(bytes);
  } else say({ number: message.number, metrics: databaseMetrics(db) });
});

async function open({ settings, connectionString, isTerminal }: AsideStart) {
  // The service logs what is slow, and makes the span: with the pieces that are kept here for it.
  const pieces = new WeakMap<RequestNote, Clock['pieces']>();
  const log = await createLog(settings, isTerminal);
  const maxConnections = asideConnections(settings);
  const db = openDatabase({
    ...databaseOf(settings),
    connectionString,
    applicationName: 'runledger aside',
    maxConnections,
    // Those that Postgres would take besides would not leave the cores to others.
    parallel: false,
    // All of them but one, which is left for what every question asks first.
    aside: { atOnce: maxConnections - 1 },
  });
  db.pool.on('connect', (client) => yieldBackend(client as { host?: string; processID?: number }));
  const app = createApp({
    db,
    log,
    limits: limitsOf(settings),
    queryLimits: queryLimitsOf(settings),
    introspection: isOn(settings.INTROSPECTION, settings),
    requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
    spans: {
      begin(note) {
        note.clock.pieces = [];
        pieces.set(note, note.clock.pieces);
        return () => {};
      },
    },
    onOutage: (error) => say({ outage: describeFailure(error) }),
  });

  async function answer({ caller, accept, id, address, isTraced, text }: AsideQuestion, waitedMs: number) {
    // Of the time that it has, some has gone by.
    const note = { ...openNote(id), address, clock: startClock(performance.now() - waitedMs) };
    const question = { caller: known(caller), accept, note };
    const { status, headers, body } = await app.answer(
      'body' in text ? { ...question, body: text.body } : { ...question, search: new URLSearchParams(text.search) },
    );
    const { waitingMs, databaseMs } = note.clock;
    const clock = { waitingMs, databaseMs, pieces: (isTraced && pieces.get(note)) || null };
    return { status, headers, body: String(body), code: note.code, clock };
  }
  return { db, answer };
}

/** Who sees the same shares look-ups, which are told apart by what they are handed, not by what it says. */
function known(caller: Caller): Caller {
  return caller.kind === 'token' ? caller : { ...caller, sight: sightOfPipelines(caller.pipelines) };
}

function say(message: FromAside): void {
  // Nobody hears it any more: the process ends.
  process.send?.(message, undefined, undefined, () => {});
}
