import { timedOut } from '../errors.ts';
import { classifyFailure } from '../storage/postgres/failures.ts';

/** For mutations: where the connection was lost while the database worked, the caller must know that the outcome is open. */
export async function asWrite<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (classifyFailure(error) !== 'unknown') throw error;
    throw timedOut(
      'The connection to the database was lost while it worked, so it is not known whether this was done. Send the same call with the same ids again.',
      { cause: error },
    );
  }
}
