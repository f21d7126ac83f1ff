/** A file cannot be read or written, or does not fit to the ledger; the message says what to do. */
export class MoveError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MoveError';
  }
}
