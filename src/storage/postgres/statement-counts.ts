import { observe } from '../../measure/histogram.ts';
import { type Counts, type StatementCounts, statementCounts } from './counts.ts';

/** A statement begins with its name in a comment; one that Prisma makes of a call on a model ends with it. */
const head = /^\/\* (\w+)/;
const tail = /\/\*name='(\w+\.\w+)'\*\/\s*$/;

/**
 * Sends a statement by the driver, and counts it by its name with the time until it was answered, of which `ended` is told.
 * `values` are those of `Client.query`, which answers by a promise, or by the callback that comes last.
 */
export function sendCounted(
  counts: Counts,
  values: unknown[],
  send: (values: unknown[]) => unknown,
  ended: () => void,
): unknown {
  const statement = statementCounts(counts, nameOf(values[0]));
  const begunAt = performance.now();
  const last = values.length - 1;
  const callback = values[last];
  if (typeof callback === 'function') {
    // Not written where it is assigned: V8 makes such a function old at once, and all that it reaches, the answer too, then stays
    // until the next full collection.
    const counted = (error: unknown, answer: unknown) => {
      ended();
      count(statement, begunAt, Boolean(error));
      callback(error, answer);
    };
    values[last] = counted;
    return sendOr(ended, send, values);
  }
  const result = sendOr(ended, send, values);
  if (result instanceof Promise) {
    const settled = (failed: boolean) => {
      ended();
      count(statement, begunAt, failed);
    };
    result.then(
      () => settled(false),
      () => settled(true),
    );
  } else ended();
  return result;
}

/** What cannot even be sent has ended too. */
function sendOr(ended: () => void, send: (values: unknown[]) => unknown, values: unknown[]): unknown {
  try {
    return send(values);
  } catch (error) {
    ended();
    throw error;
  }
}

function count(statement: StatementCounts, begunAt: number, failed: boolean): void {
  observe(statement.seconds, (performance.now() - begunAt) / 1_000);
  if (failed) statement.failed += 1;
}

/** What a statement is called; `other` for what has no name of its own. */
export function nameOf(query: unknown): string {
  if (typeof query === 'object' && query !== null) {
    const { name, text } = query as { name?: unknown; text?: unknown };
    return typeof name === 'string' ? name : nameOf(text);
  }
  if (typeof query !== 'string') return 'other';
  const name = (head.exec(query) ?? tail.exec(query))?.[1];
  if (name) return name;
  return /^(BEGIN|COMMIT|ROLLBACK)\b/.exec(query)?.[1]?.toLowerCase() ?? 'other';
}
