import { readSync } from 'node:fs';
import type { Refusal } from './rejected.ts';

/** One line of a spool file, and its length there in bytes, newline included. */
export interface Line {
  readonly text: string;
  readonly bytes: number;
  /** In the queue of a process: how many lines were there before it. */
  readonly number?: number;
}

/** Operations waiting to be delivered, first in, first out. */
export interface Source {
  readonly directory: string;
  /** The path of the file, without the suffix of a claim. */
  readonly base: string;
  /** The lines at the front, about `maxBytes` of them at most; at least one unless it is empty. */
  peek(maxBytes: number): Line[];
  /** Takes these lines off the front: they have been acknowledged, or set aside. */
  remove(lines: readonly Line[]): void;
  /**
   * Writes a refused line, or one made of a refused entry of it, to a `.rejected` file, without taking anything off the front,
   * and gives the path of that file; undefined when someone else was told of the refusal instead.
   */
  setAside(text: string, refusal: Refusal, part: 'line' | 'entry'): string | undefined;
}

/** The complete lines of a file between two offsets: about `maxBytes` of them at most, at least one if there is any. */
export function readLines(fd: number, from: number, to: number, maxBytes: number): Line[] {
  for (let length = Math.min(maxBytes, to - from); length > 0; length = Math.min(length * 4, to - from)) {
    const buffer = Buffer.allocUnsafe(length);
    const data = buffer.subarray(0, readSync(fd, buffer, 0, length, from));
    const lines: Line[] = [];
    for (let start = 0, end = data.indexOf(10); end >= 0; start = end + 1, end = data.indexOf(10, start))
      lines.push({ text: data.toString('utf8', start, end), bytes: end + 1 - start });
    if (lines.length > 0 || length === to - from || data.length < length) return lines;
  }
  return [];
}
