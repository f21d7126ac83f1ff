import { parentPort, workerData } from 'node:worker_threads';
import { type Caller, sightOfPipelines } from '../domain/caller.ts';
import { createApp } from '../graphql/app.ts';
import type { AsideQuestion } from '../graphql/aside.ts';
import type { Clock } from '../measure/clock.ts';
import { openNote, type RequestNote } from '../measure/request.ts';
import { openDatabase } from '../storage/postgres/database.ts';
import { describeFailure } from '../storage/postgres/failures.ts';
import { databaseMetrics } from '../storage/postgres/metrics.ts';
import type { AsideStart, FromAside, ToAside } from './aside.ts';
import { createLog } from './log.ts';
import { asideConnections, databaseOf, limitsOf, queryLimitsOf } from './options.ts';
import { yieldBackend, yieldThread } from './priority.ts';

// The thread that answers dear queries, from a database of its own: see aside.ts, which starts it.

const { settings, connectionString, isTerminal } = workerData as AsideStart;
const port = parentPort!;

yieldThread();
// The main thread logs what is slow, and makes the span: with the pieces that are kept here for it.
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

port.on('message', async (message: ToAside) => {
  if ('close' in message) {
    await db.close();
    port.close();
  } else if ('question' in message) await answer(message.number, message.question);
  else say({ number: message.number, metrics: databaseMetrics(db) });
});
say({ ready: true });

async function answer(number: number, { caller, accept, id, address, isTraced, text }: AsideQuestion): Promise<void> {
  const note = openNote(id);
  note.address = address;
  const question = { caller: known(caller), accept, note };
  const { status, headers, body } = await app.answer(
    'body' in text ? { ...question, body: text.body } : { ...question, search: new URLSearchParams(text.search) },
  );
  const { waitingMs, databaseMs } = note.clock;
  const bytes = new TextEncoder().encode(String(body));
  const clock = { waitingMs, databaseMs, pieces: (isTraced && pieces.get(note)) || null };
  const { timeOrigin } = performance;
  say({ number, answer: { status, headers, body: bytes, code: note.code, clock, timeOrigin } }, [bytes.buffer]);
}

/** Who sees the same shares look-ups, which are told apart by what they are handed, not by what it says. */
function known(caller: Caller): Caller {
  return caller.kind === 'token' ? caller : { ...caller, sight: sightOfPipelines(caller.pipelines) };
}

function say(message: FromAside, hand: ArrayBuffer[] = []): void {
  port.postMessage(message, hand);
}
