import { classifyFailure } from './failures.ts';

const maxAttempts = 6;

/**
 * Does again what was rolled back because of others (a deadlock, a serialization failure), after a random pause that
 * grows; up to six times in all.
 */
export async function retryRolledBack<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === maxAttempts || classifyFailure(error) !== 'rolled-back') throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
    }
  }
}
