import type { Step } from '../entries/use-run.ts';

/** All attempts at one step, the first first. */
export type TimelineRow = { readonly name: string; readonly attempts: readonly Step[] };

export type Span = { readonly from: number; readonly to: number };

/** One row a step, in the order in which the steps were first started. */
export function rowsOf(steps: readonly Step[]): TimelineRow[] {
  const byName = new Map<string, Step[]>();
  for (const step of steps) byName.set(step.name, [...(byName.get(step.name) ?? []), step]);
  const rows = [...byName].map(([name, attempts]) => ({
    name,
    attempts: attempts.sort((a, b) => a.attempt - b.attempt),
  }));
  return rows.sort((a, b) => Date.parse(a.attempts[0]!.startedAt) - Date.parse(b.attempts[0]!.startedAt));
}

/** From the first start to the last end; while something runs, a fifth beyond now, so that there is room to move. */
export function spanOf(run: { startedAt: string; endedAt: string | null }, steps: readonly Step[], now: number): Span {
  const starts = [run, ...steps].map(({ startedAt }) => Date.parse(startedAt));
  const from = Math.min(...starts);
  const isRunning = [run, ...steps].some(({ endedAt }) => endedAt === null) && run.endedAt === null;
  const ends = [run, ...steps].flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  const last = Math.max(from + 1_000, ...starts, ...ends);
  return { from, to: isRunning ? Math.max(last, now + Math.max(30_000, (now - from) * 0.2)) : last };
}

const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800,
];

/** Round moments along a span, some six of them, in milliseconds since its start. */
export function ticksOf({ from, to }: Span): number[] {
  const seconds = (to - from) / 1_000;
  const step = steps.find((candidate) => seconds / candidate <= 7) ?? Math.ceil(seconds / 6);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step * 1_000);
}
