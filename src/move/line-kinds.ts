import { lineStart } from '../storage/move/lines.ts';

export type LineKind = keyof typeof lineStart;

const kinds = Object.entries(lineStart) as [LineKind, string][];
const longest = Math.max(...kinds.map(([, start]) => start.length));

/** Of which kind a line is; null where it is none of ours. */
export function kindOf(bytes: Buffer, from: number): LineKind | null {
  const start = bytes.toString('latin1', from, Math.min(bytes.length, from + longest));
  return kinds.find(([, known]) => start.startsWith(known))?.[0] ?? null;
}

/** How many lines of each kind a file has: its last line says so. */
export type LineCounts = { runs: number; steps: number; entries: number; requests: number };

const counterOf: Partial<Record<LineKind, keyof LineCounts>> = {
  run: 'runs',
  step: 'steps',
  entry: 'entries',
  request: 'requests',
};

export function noLines(): LineCounts {
  return { runs: 0, steps: 0, entries: 0, requests: 0 };
}

export function countLine(counts: LineCounts, kind: LineKind): void {
  const counter = counterOf[kind];
  if (counter) counts[counter] += 1;
}
