/**
 * After a write the answer says in this header how far the log of the database has come; who sends it along with a query
 * reads no older state, whichever database answers. `latest` asks for the primary.
 */
export const positionHeader = 'x-runledger-position';

/** Asks for the primary: told where the position cannot be, and taken from whoever wants to see all that is there. */
export const latestPosition = 'latest';
