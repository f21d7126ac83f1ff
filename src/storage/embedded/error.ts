/** The embedded Postgres cannot be used. The message is for the operator: what is wrong, where, and what to do. */
export class EmbeddedError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EmbeddedError';
  }
}

/** Another service is using the data folder. */
export class InUseError extends EmbeddedError {}
