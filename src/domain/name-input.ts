import { RunledgerError } from '../errors.ts';

/** Begins the message of what goes wrong with the place of the input at fault in its list. */
export async function nameInput<T>(index: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunledgerError)) throw error;
    throw new RunledgerError(error.code, `inputs[${index}]: ${error.message}`, { ...error.details, input: index });
  }
}
