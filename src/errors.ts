/** What a caller can get wrong or act on; everything else is INTERNAL_SERVER_ERROR and masked. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'AMBIGUOUS'
  | 'CONFLICT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'TIMEOUT';

/**
 * An error whose message is meant for the caller: what was wrong, where, and what to do.
 * The GraphQL layer shows it with `extensions.code`; any other error is masked.
 */
export class RunledgerError extends Error {
  readonly code: ErrorCode;
  /** Further fields for `extensions`, for programs: a path, candidates, a limit. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RunledgerError';
    this.code = code;
    this.details = details;
  }
}

/** The call itself is wrong: the caller must change it. */
export function badInput(message: string, details?: Record<string, unknown>) {
  return new RunledgerError('BAD_USER_INPUT', message, details);
}

/** What the call names is not there. */
export function notFound(message: string, details?: Record<string, unknown>) {
  return new RunledgerError('NOT_FOUND', message, details);
}

/** The call contradicts what is already recorded. */
export function conflict(message: string, details?: Record<string, unknown>) {
  return new RunledgerError('CONFLICT', message, details);
}

/** Nothing was done; the same call may go through later. */
export function unavailable(message: string, options?: ErrorOptions) {
  return new RunledgerError('UNAVAILABLE', message, {}, options);
}

/** It is not known whether the call was carried out; the same call with the same ids tells. */
export function timedOut(message: string, options?: ErrorOptions) {
  return new RunledgerError('TIMEOUT', message, {}, options);
}

/** It is not known who asks, and that matters. */
export function unauthenticated(message: string) {
  return new RunledgerError('UNAUTHENTICATED', message);
}

/** It is known who asks: somebody who may not. */
export function forbidden(message: string) {
  return new RunledgerError('FORBIDDEN', message);
}

/** Whoever asks has asked enough for now; nothing was done, and after so many seconds it may be tried again. */
export function rateLimited(message: string, retryAfterSeconds: number) {
  return new RunledgerError('RATE_LIMITED', message, { retryAfterSeconds });
}
