/**
 * Any error of the client. Catch one of its two kinds by what there is to do next:
 * {@link InvalidCallError} (fix the call) or {@link UnavailableError} (try again, with the same ids).
 */
export class RunledgerError extends Error {
  /** The service's `extensions.code`, or a code of the client: see the two kinds. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RunledgerError';
    this.code = code;
  }
}

/**
 * The call itself is wrong, and would be wrong again: the caller must change it.
 * `code` is BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS, CONFLICT, UNAUTHENTICATED, FORBIDDEN, TOO_LARGE (a request over the
 * service's limit), NOT_RUNLEDGER (something else answers at this URL) or one of GraphQL's own.
 */
export class InvalidCallError extends RunledgerError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'InvalidCallError';
  }
}

/**
 * The service could not be reached, was busy, or did not answer in time: the same call may go through later.
 * `code` is UNAVAILABLE (nothing was done, as far as is known), TIMEOUT (the outcome is not known) or
 * INTERNAL_SERVER_ERROR (the service failed, and its log says why).
 */
export class UnavailableError extends RunledgerError {
  /** How long the service asked to be left alone, in milliseconds, where it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(code, message, options);
    this.name = 'UnavailableError';
    this.retryAfterMs = options.retryAfterMs;
  }
}

const tryAgain = new Set(['UNAVAILABLE', 'TIMEOUT', 'INTERNAL_SERVER_ERROR']);

/** The error for a code that the service answered. */
export function errorOfCode(code: string, message: string, retryAfterMs?: number): RunledgerError {
  return tryAgain.has(code)
    ? new UnavailableError(code, message, { retryAfterMs })
    : new InvalidCallError(code, message);
}

/** What the caller handed in has no place in the ledger. */
export function badInput(message: string): InvalidCallError {
  return new InvalidCallError('BAD_USER_INPUT', message);
}

/** What the call names is not there. */
export function notFound(message: string): InvalidCallError {
  return new InvalidCallError('NOT_FOUND', message);
}
