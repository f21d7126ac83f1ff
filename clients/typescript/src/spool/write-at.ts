import { writeSync } from 'node:fs';

/** Writes a text into a file from this byte on; gives how many bytes were written. */
export function writeAt(fd: number, text: string, position: number): number {
  // Of a text, Deno (2.9) does not regard the position.
  const bytes = Buffer.from(text);
  return writeSync(fd, bytes, 0, bytes.length, position);
}
