/** What is wrong with a call that would fail again: see {@link InvalidCallError}. */
export type InvalidCallCode =
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'AMBIGUOUS'
  | 'CONFLICT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'TOO_LARGE'
  | 'NOT_RUNLEDGER'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED';

/** Why a call may go through later: see {@link UnavailableError}. */
export type UnavailableCode = 'UNAVAILABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'INTERNAL_SERVER_ERROR';

/**
 * Any error of the client. It is one of two kinds, told apart by what to do next: {@link InvalidCallError} (fix the
 * call) or {@link UnavailableError} (try again, with the same ids).
 */
export class RunledgerError extends Error {
  /** The service's `extensions.code`, or one of the client's own: see the two kinds. */
  readonly code: InvalidCallCode | UnavailableCode;

  constructor(code: InvalidCallCode | UnavailableCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RunledgerError';
    this.code = code;
  }
}

/**
 * The call itself is wrong and would fail again: the caller must change it.
 * `code` is BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS, CONFLICT, UNAUTHENTICATED, FORBIDDEN, TOO_LARGE (a request over the
 * service's limit), NOT_RUNLEDGER (something else answers at this URL) or one of GraphQL's own: GRAPHQL_PARSE_FAILED,
 * GRAPHQL_VALIDATION_FAILED (the client and the service are of different versions).
 */
export class InvalidCallError extends RunledgerError {
  declare readonly code: InvalidCallCode;

  constructor(code: InvalidCallCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'InvalidCallError';
  }
}

/**
 * The service could not be reached, was busy, or did not answer in time: the same call may go through later.
 * `code` is UNAVAILABLE (nothing was done, as far as anyone can tell), TIMEOUT (the outcome is unknown), RATE_LIMITED (the
 * key has used up what it may for now) or INTERNAL_SERVER_ERROR (the service failed; its log says why).
 */
export class UnavailableError extends RunledgerError {
  declare readonly code: UnavailableCode;
  /** How long the service asked callers to wait, in milliseconds, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: UnavailableCode,
    message: string,
    options: ErrorOptions & { retryAfterMs?: number | undefined } = {},
  ) {
    super(code, message, options);
    this.name = 'UnavailableError';
    this.retryAfterMs = options.retryAfterMs;
  }
}

const retryableCodes: Readonly<Record<UnavailableCode, true>> = {
  UNAVAILABLE: true,
  TIMEOUT: true,
  RATE_LIMITED: true,
  INTERNAL_SERVER_ERROR: true,
};

function isRetryable(code: string): code is UnavailableCode {
  return Object.hasOwn(retryableCodes, code);
}

/** The error that a code of the service stands for. One that this version does not know blames the call. */
export function errorOfCode(code: string, message: string, retryAfterMs?: number): RunledgerError {
  return isRetryable(code)
    ? new UnavailableError(code, message, { retryAfterMs })
    : new InvalidCallError(code as InvalidCallCode, message);
}

/** The error for something the caller passed that cannot be used. */
export function badInput(message: string): InvalidCallError {
  return new InvalidCallError('BAD_USER_INPUT', message);
}

/** The error for something the call names that does not exist. */
export function notFound(message: string): InvalidCallError {
  return new InvalidCallError('NOT_FOUND', message);
}
