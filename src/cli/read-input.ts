import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/** The text of a file, or of standard input by the name `-`. Throws when it cannot be read, or is not UTF-8. */
export async function readInput(path: string): Promise<string> {
  const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
