/** The queue of a batch is full: nothing was done with the item. */
export class QueueFullError extends Error {
  constructor(limit: number) {
    super(`more than ${limit} items are waiting for the database`);
    this.name = 'QueueFullError';
  }
}

/** Work was not begun, because all who may do such work are busy. */
export class BusyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BusyError';
  }
}

/** There are more questions about many runs than can be answered in time: this one was not begun. Nothing is wrong with the database. */
export class CrowdedError extends BusyError {
  constructor() {
    super('too many questions about many runs are waiting');
    this.name = 'CrowdedError';
  }
}

/** A question took longer than such questions may; nothing is wrong with the database. */
export class TooDearError extends Error {
  readonly timeoutMs: number;
  constructor(timeoutMs: number, options?: ErrorOptions) {
    super(`not answered within ${timeoutMs} ms`, options);
    this.name = 'TooDearError';
    this.timeoutMs = timeoutMs;
  }
}

/**
 * What a failed statement means for the caller:
 * - `unavailable`: nothing was done; the database is away, too busy, or the queue is full.
 * - `unknown`: the connection was lost while the statement ran; it may have been committed.
 * - `contention`: rolled back because of others (deadlock, serialization); worth another try at once.
 * - `other`: the statement itself is at fault.
 */
export type FailureKind = 'unavailable' | 'unknown' | 'rolled-back' | 'other';

/** SQLSTATEs after which nothing was done: shutdown, start-up, too many connections, cancelled, lock not available, out of resources. */
const awayStates = /^(57P0[1345]|57014|53\d{3}|55P03|08001|08004|25006)$/;
const rollbackStates = /^(40P01|40001)$/;
/** Prisma's codes: P1xxx cannot connect, P2024 pool timeout, P2028 transaction could not start, P2037 too many connections. */
const awayCodes = /^(P1\d{3}|P2024|P2037)$/;
const awayMessages =
  /timeout exceeded when trying to connect|due to connection timeout|timeout expired|too many clients|Unable to start a transaction|Can't reach database|pool after calling end|ECONNREFUSED|ENOENT|EHOSTUNREACH|ENOTFOUND|the database system is|remaining connection slots|DatabaseNotReachable/i;
const lostMessages =
  /Connection terminated|Query read timeout|ECONNRESET|EPIPE|socket hang up|not queryable|ConnectionClosed|SocketTimeout|Server has closed the connection|Client has encountered a connection error|ETIMEDOUT|Transaction already closed|Transaction not found/i;

/** What a failure says of itself, in one short line, without the statement. */
export function describeFailure(error: unknown): string {
  const { states, text } = collect(error);
  // Prisma begins with where it was called, which says nothing.
  const line =
    text.split('\n').find((part) => part.trim() !== '' && !/^Invalid .* invocation/.test(part)) ?? String(error);
  const message = line
    .replace(/^[\s\S]*?(?:Message: `|Raw query failed\. Code: `\w+`\. Message: `)/, '')
    .replaceAll('`', '');
  return `${message.slice(0, 200)}${states[0] ? ` (${states[0]})` : ''}`;
}

/** Whether somebody else's lock was waited for in vain. */
export function isLockTimeout(error: unknown): boolean {
  return collect(error).states.includes('55P03');
}

/** Whether a statement was ended because it took too long, or its transaction was. */
export function isCancelled(error: unknown): boolean {
  const { states, codes } = collect(error);
  return states.includes('57014') || codes.includes('P2028');
}

/** Whether the connection itself is lost, or answers do not come through it any more. */
export function isConnectionLost(error: unknown): boolean {
  return lostMessages.test(collect(error).text);
}

/** Tells an outage from a mistake, in every shape in which pg and Prisma report one. */
export function classifyFailure(error: unknown): FailureKind {
  if (error instanceof QueueFullError || error instanceof BusyError) return 'unavailable';
  const facts = collect(error);
  if (facts.states.some((state) => rollbackStates.test(state)) || facts.codes.includes('P2034')) return 'rolled-back';
  if (facts.states.some((state) => awayStates.test(state))) return 'unavailable';
  if (facts.codes.some((code) => awayCodes.test(code))) return 'unavailable';
  if (awayMessages.test(facts.text)) return 'unavailable';
  // 57P02: a crash of the server can come between a commit and its answer.
  if (facts.states.some((state) => state.startsWith('08') || state === '57P02') || facts.codes.includes('P2028'))
    return 'unknown';
  return lostMessages.test(facts.text) ? 'unknown' : 'other';
}

/** Gathers codes and messages along `cause` and Prisma's `meta`. */
function collect(error: unknown): { states: string[]; codes: string[]; text: string } {
  const states: string[] = [];
  const codes: string[] = [];
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || seen.has(value) || depth > 6) return;
    seen.add(value);
    const record = value as Record<string, unknown>;
    for (const name of ['code', 'originalCode', 'kind'] as const) {
      const code = record[name];
      if (typeof code !== 'string') continue;
      if (/^[0-9A-Z]{5}$/.test(code) && !/^P[12]\d{3}$/.test(code)) states.push(code);
      else if (/^P\d{4}$/.test(code)) codes.push(code);
      else texts.push(code);
    }
    for (const name of ['message', 'originalMessage'] as const) {
      if (typeof record[name] === 'string') texts.push(record[name]);
    }
    for (const name of ['cause', 'meta', 'driverAdapterError', 'error'] as const) visit(record[name], depth + 1);
    if (Array.isArray(record['errors'])) for (const inner of record['errors']) visit(inner, depth + 1);
  };
  visit(error, 0);
  return { states, codes, text: texts.join('\n') };
}
