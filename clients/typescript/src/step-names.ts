import type { ExecutionStatus } from './generated/operations.ts';

/** Runs whose names are remembered: a process that adds steps to ever new runs forgets the oldest. */
const maxRuns = 1_000;
const maxBytes = 255;

/** What the steps of one run are called that were asked for under one name. */
interface Asked {
  count: number;
  /** Names whose newest attempt did not complete: the next step gets the first, as its next attempt. */
  readonly again: string[];
}

interface RunNames {
  readonly asked: Map<string, Asked>;
  readonly taken: Set<string>;
}

const runs = new Map<string, RunNames>();

function namesOf(run: string): RunNames {
  const known = runs.get(run);
  if (known) return known;
  const [oldest] = runs.keys();
  if (runs.size >= maxRuns && oldest !== undefined) runs.delete(oldest);
  const names = { asked: new Map(), taken: new Set<string>() };
  runs.set(run, names);
  return names;
}

/** `name_2`, and the end of the name cut off where it would become too long. */
function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const suffix = `_${number}`;
  let stem = name;
  while (Buffer.byteLength(stem.normalize('NFC')) + suffix.length > maxBytes) stem = [...stem].slice(0, -1).join('');
  return stem + suffix;
}

/** Of a name and `name_2`, `name_3` …, the first behind as many as `count` that nobody has taken. */
export function freeName(name: string, count: number, taken: ReadonlySet<string>): string {
  let number = count + 1;
  while (taken.has(numbered(name, number))) number += 1;
  return numbered(name, number);
}

/**
 * The name to record a step of a run under. Beside one of that name that runs, or after one that COMPLETED, it is a step
 * of its own: `train_2`, `train_3` …. After one that FAILED or was CANCELLED it is that name again: its next attempt.
 */
export function nameStep(run: string, asked: string): string {
  const { asked: all, taken } = namesOf(run);
  const known = all.get(asked) ?? { count: 0, again: [] };
  all.set(asked, known);
  const again = known.again.shift();
  if (again !== undefined) return again;
  const name = freeName(asked, known.count, taken);
  taken.add(name);
  known.count += 1;
  return name;
}

/** Notes how a step ended that was asked for as `asked` and recorded as `name`. */
export function noteStepEnd(run: string, asked: string, name: string, status: ExecutionStatus): void {
  if (status !== 'COMPLETED') runs.get(run)?.asked.get(asked)?.again.push(name);
}

/** Forgets the names of a run that has ended. */
export function forgetStepNames(run: string): void {
  runs.delete(run);
}
