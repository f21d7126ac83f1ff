import type { Line } from './source.ts';

const maxBytes = 32 * 1024 * 1024;

/** Lines that wait in memory, because no file could be written. */
export interface MemoryLines {
  readonly count: number;
  /** Adds a line, newline included. False when there is no room for it. */
  append(line: string, bytes: number): boolean;
  /** The lines at the front, about `maxBytes` of them at most; at least one unless there is none. */
  peek(maxBytes: number): Line[];
  /** Takes so many lines off the front. */
  remove(count: number): void;
}

export function openMemoryLines(): MemoryLines {
  const lines: Line[] = [];
  let totalBytes = 0;
  return {
    get count() {
      return lines.length;
    },
    append(line, bytes) {
      if (totalBytes + bytes > maxBytes) return false;
      lines.push({ text: line.slice(0, -1), bytes });
      totalBytes += bytes;
      return true;
    },
    peek(most) {
      let peekedBytes = 0;
      const end = lines.findIndex(({ bytes }, index) => {
        peekedBytes += bytes;
        return index > 0 && peekedBytes > most;
      });
      return end < 0 ? [...lines] : lines.slice(0, end);
    },
    remove(count) {
      for (const { bytes } of lines.splice(0, count)) totalBytes -= bytes;
    },
  };
}
