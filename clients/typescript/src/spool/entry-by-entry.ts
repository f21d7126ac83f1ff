import { InvalidCallError } from '../errors.ts';
import { lineOf, requestBody } from './operation.ts';
import { partsOf, payloadOf } from './parts.ts';

interface EntryByEntry {
  readonly post: (body: string) => Promise<unknown>;
  /** Whether a refusal is not the fault of what was sent. */
  readonly isNotItsFault: (error: InvalidCallError) => boolean;
  /** Hears of the line that would log an entry that is refused alone. */
  readonly reject: (line: string, error: InvalidCallError) => void;
}

/**
 * Delivers what is right of a refused `logMetadata`, which several calls may share, and hands over the entries that are not.
 * False where it has no parts. What is interrupted may be done again: each part has an id that follows from that of the whole.
 */
export async function deliverEntries(
  payload: string,
  { post, isNotItsFault, reject }: EntryByEntry,
  rejected: Set<string>,
): Promise<boolean> {
  const parts = partsOf(payload);
  if (!parts || parts.entries.length < 2) return false;

  async function send(start: number, end: number): Promise<void> {
    const part = payloadOf(parts!, start, end);
    try {
      await post(requestBody([{ op: 'logMetadata', payload: part, entries: end - start, needs: [] }]));
    } catch (error) {
      if (!(error instanceof InvalidCallError) || isNotItsFault(error)) throw error;
      if (end - start > 1) return halve(start, end);
      const key = `${parts!.requestId} ${start}`;
      if (!rejected.has(key)) reject(lineOf('logMetadata', part).trimEnd(), error);
      rejected.add(key);
    }
  }
  async function halve(start: number, end: number): Promise<void> {
    const middle = Math.floor((start + end) / 2);
    await send(start, middle);
    await send(middle, end);
  }
  await halve(0, parts.entries.length);
  return true;
}
