import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../json/value.ts';
import { InvalidCallError, UnavailableError } from '../errors.ts';
import { isObject } from '../post.ts';
import { listSpoolFiles } from './location.ts';
import { type Operation, parseOperation, renamed, requestBody } from './operation.ts';
import type { Line, Source } from './source.ts';

const peekBytes = 1024 * 1024;
const maxEntries = 1_000;

/** An operation has to wait for what another process has yet to start. */
export class StartsElsewhereError extends UnavailableError {
  constructor() {
    super('UNAVAILABLE', 'Another process has yet to start the run or step of an operation.');
    this.name = 'StartsElsewhereError';
  }
}

/** Sends a request once. Throws the errors of the client. */
export type Post = (body: string) => Promise<JsonObject>;

/** An operation with the line it was read from. */
type Waiting = Operation & { readonly line: Line };

/** Refusals that are not the operation's fault: the key or the URL is wrong. */
const notItsFault = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_RUNLEDGER']);

/** Whether another file of the directory has yet to start a run or step with one of these ids. */
function isStartedElsewhere(source: Source, ids: readonly string[]): boolean {
  const wanted = ids.map((id) => `"id":${JSON.stringify(id)}`);
  const starts = (text: string) =>
    text.split('\n').some((line) => /^\{"op":"start(Run|Step)"/.test(line) && wanted.some((id) => line.includes(id)));
  return listSpoolFiles(source.directory).some(({ base, path }) => {
    try {
      return base !== source.base && starts(readFileSync(path, 'utf8'));
    } catch {
      return false;
    }
  });
}

/**
 * Delivers the operations of one source in order, each at least once; the ids in them make that exactly once. The rules
 * are in docs/spool.md. Gives a function that sends as much as fits into one request and resolves to false when nothing
 * is left; it throws a RunledgerError when what is left has to wait. `onRunStarted` hears under which name each run that
 * was started is recorded.
 */
export function deliveryOf(
  source: Source,
  post: Post,
  warn: (message: string) => void,
  onRunStarted: (id: string, name: string) => void = () => {},
): () => Promise<boolean> {
  /** Targets known not to exist, so that not every entry for them costs a search of the directory. */
  const missing = new Set<string>();

  async function send(operations: readonly Waiting[]): Promise<void> {
    const { startRun } = await post(requestBody(operations));
    if (isObject(startRun)) onRunStarted(String(startRun['id']), String(startRun['name']));
    source.remove(operations.map(({ line }) => line));
  }

  function reject(line: Line, code: string, message: string): void {
    try {
      const path = source.setAside(line, { code, message });
      if (path !== undefined) warn(`the service refused an operation (${code}: ${message}); it is kept in ${path}`);
    } catch (error) {
      warn(
        `the service refused an operation (${code}: ${message}), which could not be set aside (${String(error)}): ${line.text}`,
      );
    }
    source.remove([line]);
  }

  /** Whether a second try went through. Throws, so as to wait, while another process has yet to start what is missing. */
  async function triedAgain(operation: Waiting): Promise<boolean> {
    if (isStartedElsewhere(source, operation.needs)) throw new StartsElsewhereError();
    return triedAs(operation);
  }

  async function triedAs(operation: Waiting): Promise<boolean> {
    try {
      await send([operation]);
      return true;
    } catch (error) {
      if (error instanceof InvalidCallError && !notItsFault.has(error.code)) return false;
      throw error;
    }
  }

  async function refused(operation: Waiting, { code, message }: InvalidCallError): Promise<void> {
    if (code === 'NOT_FOUND') {
      if (await triedAgain(operation)) return;
      if (operation.op === 'logMetadata') missing.add(operation.needs.join());
    }
    const other = code === 'CONFLICT' ? renamed(operation) : undefined;
    if (other && (await triedAs({ ...other.operation, line: operation.line }))) {
      warn(`there is already a run named ${other.from}: this one is recorded as ${other.to}.`);
      return;
    }
    reject(operation.line, code, message);
  }

  async function deliver(operations: readonly Waiting[]): Promise<void> {
    const [first] = operations;
    if (!first) return;
    if (operations.length === 1 && first.op === 'logMetadata' && missing.has(first.needs.join()))
      return reject(first.line, 'NOT_FOUND', 'The run or step it was logged to does not exist.');
    try {
      await send(operations);
    } catch (error) {
      if (!(error instanceof InvalidCallError) || notItsFault.has(error.code)) throw error;
      if (operations.length === 1) return refused(first, error);
      // A batch is all or nothing, so nothing was written: halving it finds the bad operation.
      const middle = Math.ceil(operations.length / 2);
      await deliver(operations.slice(0, middle));
      await deliver(operations.slice(middle));
    }
  }

  return async function deliverNext() {
    const batch: Waiting[] = [];
    let entries = 0;
    for (const line of source.peek(peekBytes)) {
      const operation = parseOperation(line.text);
      if (!operation) {
        if (batch.length === 0) reject(line, 'BAD_USER_INPUT', 'This version does not know such an operation.');
        if (batch.length === 0) return true;
        break;
      }
      entries += operation.entries;
      if (batch.length > 0 && (operation.op !== 'logMetadata' || entries > maxEntries)) break;
      batch.push({ ...operation, line });
      if (operation.op !== 'logMetadata') break;
    }
    await deliver(batch);
    return batch.length > 0;
  };
}
