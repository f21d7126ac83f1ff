import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { type ErrorCode, RunledgerError, timedOut, unavailable } from '../errors.ts';
import { classifyFailure } from '../storage/postgres/failures.ts';

/** Told of every error that the caller is not shown. */
export type ReportError = (requestId: string, error: unknown) => void;

/**
 * What a caller sees of an error: its own mistakes and outages in full, with a code; of anything else only that it
 * happened, under a request id with which the log can be searched.
 */
export function maskError(error: unknown, report: ReportError): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (original instanceof GraphQLError) return original === error ? original : withLocation(original, error);
  if (original instanceof RunledgerError) return shown(error, original.message, original.code, original.details);
  const failure = classifyFailure(original);
  if (failure === 'unavailable' || failure === 'unknown' || failure === 'rolled-back') {
    const { message, code } = unavailable(
      'The database is away or too busy. Nothing was done; try again with the same ids.',
    );
    return shown(error, message, code, {});
  }
  const requestId = randomUUID();
  report(requestId, original);
  return locate(error, `Something went wrong inside the service. Its log has the details under ${requestId}.`, {
    code: 'INTERNAL_SERVER_ERROR',
    requestId,
  });
}

/**
 * In a mutation what lies below its field is read after the write was committed. An outage in between must not say, as
 * UNAVAILABLE does, that nothing was done.
 */
export function correctAfterWrite(error: GraphQLError): GraphQLError {
  const isBelow = (error.path?.length ?? 0) > 1;
  if (!isBelow || error.extensions['code'] !== 'UNAVAILABLE') return error;
  const { message, code } = timedOut(
    'It was done, but the database went away before the answer could be read. Send the same call with the same ids again; nothing is done twice.',
  );
  return shown(error, message, code, error.extensions);
}

function shown(error: unknown, message: string, code: ErrorCode, details: Readonly<Record<string, unknown>>) {
  return locate(error, message, { ...details, code });
}

function withLocation(original: GraphQLError, error: unknown) {
  return locate(error, original.message, { ...original.extensions });
}

function locate(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes = null, path = null } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, { nodes, path, extensions });
}
