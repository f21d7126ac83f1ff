import { freeName } from '@runledger/client/internal/step-names';

/** A line of the file in which processes agree on the names of the steps of a run. */
export type StepEvent =
  | readonly ['start', asked: string, name: string, id: string, host: string, pid: number, startedAt: string | null]
  | readonly ['end', id: string, status: string];

interface Running {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string | null;
}

/** The steps that were asked for under one name. */
interface Base {
  count: number;
  /** Names whose newest attempt did not complete. */
  readonly again: string[];
  readonly running: Map<string, Running>;
}

export interface Bases {
  readonly byName: Map<string, Base>;
  readonly taken: Set<string>;
}

function baseOf({ byName }: Bases, asked: string): Base {
  const known = byName.get(asked) ?? { count: 0, again: [], running: new Map() };
  byName.set(asked, known);
  return known;
}

function apply(bases: Bases, event: StepEvent): void {
  if (event[0] === 'start') {
    const [, asked, name, id, host, pid, startedAt] = event;
    const base = baseOf(bases, asked);
    const at = base.again.indexOf(name);
    if (at === -1) base.count += 1;
    else base.again.splice(at, 1);
    base.running.set(id, { name, host, pid, startedAt });
    bases.taken.add(name);
    return;
  }
  const [, id, status] = event;
  for (const base of bases.byName.values()) {
    const step = base.running.get(id);
    if (!step) continue;
    base.running.delete(id);
    if (status !== 'COMPLETED') base.again.push(step.name);
  }
}

/** What a file tells of the steps of a run. Lines that were torn tell nothing, and steps of dead processes run no more. */
export function stepsOf(text: string, isAlive: (step: Running) => boolean): Bases {
  const bases: Bases = { byName: new Map(), taken: new Set() };
  for (const line of text.split('\n')) {
    try {
      if (line !== '') apply(bases, JSON.parse(line));
    } catch {
      // A line that somebody could not finish.
    }
  }
  for (const { running, again } of bases.byName.values()) {
    for (const [id, step] of running) {
      if (isAlive(step)) continue;
      running.delete(id);
      again.push(step.name);
    }
  }
  return bases;
}

/** The name for the next step that is asked for as `asked`. */
export function nameOf(bases: Bases, asked: string): string {
  const { count, again } = baseOf(bases, asked);
  return again[0] ?? freeName(asked, count, bases.taken);
}
