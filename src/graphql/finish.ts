import { type ExecutionResult, GraphQLError } from 'graphql';
import { badInput, RunledgerError, timedOut, unavailable } from '../errors.ts';
import type { RequestNote } from '../measure/request.ts';
import { CrowdedError, classifyFailure, isLockTimeout, TooDearError } from '../storage/postgres/failures.ts';

/** Told of every error that the caller is not shown, and of the request, under whose id the caller was told of it. */
export type ReportError = (note: RequestNote, error: unknown) => void;

/** The last step of every request: its errors become what a caller may see of them. */
export function createFinish(report: ReportError, onOutage: (error: unknown) => void) {
  return (result: ExecutionResult, note: RequestNote): ExecutionResult => {
    if (!result.errors) return result;
    const shown = result.errors.map((error) => maskError(error, note, report, onOutage));
    return { ...result, errors: note.operation === 'mutation' ? shown.map(correctAfterWrite) : shown };
  };
}

/**
 * What a caller sees of an error: its own mistakes and outages in full, with a code; of anything else only that it
 * happened, under a request id with which the log can be searched.
 */
function maskError(
  error: unknown,
  note: RequestNote,
  report: ReportError,
  onOutage: (error: unknown) => void,
): GraphQLError {
  const original = rootOf(error);
  if (original instanceof GraphQLError) {
    return original === error ? original : locate(error, original.message, { ...original.extensions });
  }
  if (original instanceof RunledgerError) {
    if (original.code === 'TIMEOUT' || original.code === 'UNAVAILABLE') onOutage(original.cause ?? original);
    return locate(error, original.message, { ...original.details, code: original.code });
  }
  const own = ofOwnLimits(original);
  if (own) return locate(error, own.message, { code: own.code });
  if (classifyFailure(original) !== 'other') {
    onOutage(original);
    const { message, code } = unavailable(
      isLockTimeout(original)
        ? 'Another transaction has locked what this writes to. Nothing was done; try again with the same ids.'
        : 'The database is away or too busy. Nothing was done; try again with the same ids.',
    );
    return locate(error, message, { code });
  }
  report(note, original);
  return locate(error, `Something went wrong inside the service. Its log has the details under ${note.id}.`, {
    code: 'INTERNAL_SERVER_ERROR',
    requestId: note.id,
  });
}

/** What was refused to keep room for others: no outage, and nothing that another try at once would change. */
function ofOwnLimits(error: unknown): RunledgerError | null {
  if (error instanceof CrowdedError)
    return unavailable(
      'Too many questions about many runs are waiting for the database. Nothing was done; try again later.',
    );
  if (!(error instanceof TooDearError)) return null;
  return badInput(
    `This question was ended after the ${error.timeoutMs / 1_000} s that it may take of the database. Narrow it down: to a pipeline, a time, or a condition on a whole value, which has an index.`,
  );
}

/** What graphql-js, and Yoga once more, have wrapped. */
export function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

/**
 * In a mutation what lies below its field is read after the write was committed. An outage in between must not say, as
 * UNAVAILABLE does, that nothing was done.
 */
function correctAfterWrite(error: GraphQLError): GraphQLError {
  const isBelow = (error.path?.length ?? 0) > 1;
  if (!isBelow || error.extensions['code'] !== 'UNAVAILABLE') return error;
  const { message, code } = timedOut(
    'It was done, but the database went away before the answer could be read. Send the same call with the same ids again; nothing is done twice.',
  );
  return locate(error, message, { ...error.extensions, code });
}

/** The error at the same field of the query. */
function locate(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes = null, path = null } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, { nodes, path, extensions });
}
