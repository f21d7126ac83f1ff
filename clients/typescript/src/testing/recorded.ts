import type { ExecutionStatus, FailureFragment } from '../generated/operations.ts';
import { setMember } from '../json/object.ts';
import type { JsonValue } from '../json/value.ts';
import type { RecordedEntry } from './read-back.ts';

/** What a run and a step have in common. */
interface Recorded {
  readonly id: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly failure: FailureFragment | null;
  /** All that was logged, in order. */
  readonly entries: readonly RecordedEntry[];
  /** Key to latest value. */
  readonly metadata: Readonly<Record<string, JsonValue>>;
  /** The values under a key, in the order in which they were logged. */
  history(key: string): JsonValue[];
}

/** One attempt at a step. */
export type RecordedStep = Recorded;

export interface RecordedRun extends Recorded {
  readonly pipeline: string;
  /** All steps in the order in which they were started, superseded attempts too. */
  readonly attempts: readonly RecordedStep[];
  /** Name to the newest attempt. */
  readonly steps: Readonly<Record<string, RecordedStep>>;
}

/** What its recorder still writes to. */
export type Open<T extends Recorded> = {
  -readonly [Name in keyof T]: T[Name] extends readonly (infer Item)[] ? Item[] : T[Name];
};

/** An object of the pairs; of those with the same name the last. Any text may be a name. */
export function objectOf<T>(pairs: readonly (readonly [string, T])[]): Record<string, T> {
  const object: Record<string, T> = {};
  for (const [name, value] of pairs) setMember(object, name, value);
  return object;
}

/** A step that has begun. */
export function openStep(id: string, name: string): Open<RecordedStep> {
  const entries: RecordedEntry[] = [];
  return {
    id,
    name,
    status: 'RUNNING',
    failure: null,
    entries,
    get metadata() {
      return objectOf(entries.map(({ key, value }) => [key, value]));
    },
    history: (key) => entries.filter((entry) => entry.key === key).map(({ value }) => value),
  };
}

/** A run that has begun. */
export function openRun(id: string, name: string, pipeline: string): Open<RecordedRun> {
  const attempts: RecordedStep[] = [];
  const more = {
    pipeline,
    attempts,
    get steps() {
      return objectOf(attempts.map((step) => [step.name, step]));
    },
  };
  // Not spread: a spread would read the getters once and for all.
  return Object.defineProperties(openStep(id, name), Object.getOwnPropertyDescriptors(more)) as Open<RecordedRun>;
}
