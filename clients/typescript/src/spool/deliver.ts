import { clearImmediate, setImmediate } from 'node:timers';
import { InvalidCallError } from '../errors.ts';
import type { JsonObject } from '../json/value.ts';
import { isObject } from '../post.ts';
import { deliverEntries } from './entry-by-entry.ts';
import { type Batch, openFront, type Waiting } from './front.ts';
import { renamed, requestBody } from './operation.ts';
import type { Line, Source } from './source.ts';
import { isStartedElsewhere, StartsElsewhereError } from './started-elsewhere.ts';

/** Sends a request once. Throws the errors of the client. */
export type Post = (body: string) => Promise<JsonObject>;

/** Whether a refusal is not the operation's fault: the key or the URL is wrong. */
function isNotItsFault({ code }: InvalidCallError): boolean {
  return code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' || code === 'NOT_RUNLEDGER';
}

/** Delivers the operations of one source, in order, each at least once; the ids in them make that exactly once. */
export interface Delivery {
  /** Sends as much as fits into one request. False when nothing is left. Throws a RunledgerError when what is left must wait. */
  next(): Promise<boolean>;
  /** The same by a function that does not return before the answer. False, and nothing is done, unless that is data. */
  nextNow(post: (body: string) => JsonObject | undefined): boolean;
}

/** By the rules in docs/spool.md. `onRunStarted` hears under which name each run that was started is recorded. */
export function deliveryOf(
  source: Source,
  post: Post,
  warn: (message: string) => void,
  onRunStarted: (id: string, name: string) => void = () => {},
): Delivery {
  const front = openFront(source);
  /** Targets known not to exist, so that not every entry for them costs a search of the directory. */
  const missing = new Set<string>();
  const rejectedEntries = new Set<string>();

  function delivered({ startRun }: JsonObject, operations: readonly Waiting[]): void {
    if (isObject(startRun)) onRunStarted(String(startRun['id']), String(startRun['name']));
    front.remove(operations.map(({ line }) => line));
  }

  async function send(operations: readonly Waiting[]): Promise<void> {
    delivered(await post(requestBody(operations)), operations);
  }

  function setAside(text: string, { code, message }: InvalidCallError, part: 'line' | 'entry'): void {
    try {
      const path = source.setAside(text, { code, message }, part);
      if (path !== undefined) warn(`the service refused an operation (${code}: ${message}); it is kept in ${path}`);
    } catch (error) {
      warn(
        `the service refused an operation (${code}: ${message}), which could not be set aside (${String(error)}): ${text}`,
      );
    }
  }

  function reject(line: Line, error: InvalidCallError): void {
    setAside(line.text, error, 'line');
    front.remove([line]);
  }

  /** Whether a second try went through. Throws, so as to wait, while another process has yet to start what is missing. */
  async function triedAgain(operation: Waiting): Promise<boolean> {
    if (isStartedElsewhere(source.directory, source.base, operation.needs)) throw new StartsElsewhereError();
    return triedAs(operation);
  }

  async function triedAs(operation: Waiting): Promise<boolean> {
    try {
      await send([operation]);
      return true;
    } catch (error) {
      if (error instanceof InvalidCallError && !isNotItsFault(error)) return false;
      throw error;
    }
  }

  async function refused(operation: Waiting, error: InvalidCallError): Promise<void> {
    const { op, line, payload, needs } = operation;
    if (error.code === 'NOT_FOUND') {
      if (await triedAgain(operation)) return;
      if (op === 'logMetadata') missing.add(needs.join());
    } else if (op === 'logMetadata' && error.code !== 'CONFLICT') {
      const rejectEntry = (text: string, refusal: InvalidCallError) => setAside(text, refusal, 'entry');
      const how = { post, isNotItsFault, reject: rejectEntry };
      if (await deliverEntries(payload, how, rejectedEntries)) return front.remove([line]);
    }
    const other = error.code === 'CONFLICT' ? renamed(operation) : undefined;
    if (other && (await triedAs({ ...other.operation, line }))) {
      warn(`there is already a run named ${other.from}: this one is recorded as ${other.to}.`);
      return;
    }
    reject(line, error);
  }

  async function deliver(operations: readonly Waiting[]): Promise<void> {
    const [first] = operations;
    if (!first) return;
    if (operations.length === 1 && first.op === 'logMetadata' && missing.has(first.needs.join()))
      return reject(first.line, new InvalidCallError('NOT_FOUND', 'The run or step it was logged to does not exist.'));
    try {
      await send(operations);
    } catch (error) {
      if (!(error instanceof InvalidCallError) || isNotItsFault(error)) throw error;
      if (operations.length === 1) return refused(first, error);
      // A batch is all or nothing, so nothing was written: halving it finds the bad operation.
      const middle = Math.ceil(operations.length / 2);
      await deliver(operations.slice(0, middle));
      await deliver(operations.slice(middle));
    }
  }

  function readAhead(batch: Batch): void {
    try {
      front.readAhead(batch);
    } catch {
      // What cannot be read is met again, and told, when it is to be sent.
    }
  }

  return {
    async next() {
      const next = front.next();
      const { batch, unknown } = next;
      if (unknown) {
        reject(unknown, new InvalidCallError('BAD_USER_INPUT', 'This version does not know such an operation.'));
        return true;
      }
      // Once the request is on its way.
      const ahead = setImmediate(readAhead, next);
      try {
        await deliver(batch);
      } finally {
        clearImmediate(ahead);
      }
      return batch.length > 0;
    },
    nextNow(postNow) {
      const { batch } = front.next();
      const data = batch.length > 0 ? postNow(requestBody(batch)) : undefined;
      if (data) delivered(data, batch);
      return data !== undefined;
    },
  };
}
