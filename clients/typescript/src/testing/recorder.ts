import type { MetadataEntry } from '../entry.ts';
import type { ExecutionStatus, FailureInput, MetadataTarget } from '../generated/operations.ts';
import { parseJson } from '../json/parse.ts';
import { stringifyJson } from '../json/stringify.ts';
import type { LogCall } from '../log-input.ts';
import { noSender } from '../no-sender.ts';
import { parseOperation } from '../spool/operation.ts';
import type { Substitute } from '../substitute.ts';
import { type RecordedEntry, readBack } from './read-back.ts';
import { type Open, objectOf, openRun, openStep, type RecordedRun, type RecordedStep } from './recorded.ts';

/** What was recorded, as far as it has come. */
export interface Recording {
  readonly runs: readonly RecordedRun[];
  /** The only run. Throws where there are none or several. */
  readonly run: RecordedRun;
  /** Name to the newest attempt, of all runs; of steps of one name in several runs the last. */
  readonly steps: Readonly<Record<string, RecordedStep>>;
  /** What was logged to runs and steps that were not started here, by the target as it was sent, in JSON. */
  readonly elsewhere: Readonly<Record<string, readonly RecordedEntry[]>>;
}

/** The variables of the operations that start or finish something. */
interface Variables {
  readonly input: { readonly id: string; readonly name?: string; readonly pipeline: string; readonly run: string };
  readonly id?: string;
  readonly ref?: string;
  readonly status: ExecutionStatus;
  readonly failure?: FailureInput;
}

/** Takes what the client says, and keeps it in memory. */
export function openRecorder(): { readonly recording: Recording; readonly substitute: Substitute } {
  const runs: Open<RecordedRun>[] = [];
  const known = new Map<string, Open<RecordedRun> | Open<RecordedStep>>();
  const elsewhere = new Map<string, RecordedEntry[]>();
  let entries = 0;

  function runOf(ref: string): Open<RecordedRun> | undefined {
    return runs.find(({ id }) => id === ref) ?? runs.find(({ name }) => name === ref);
  }

  function addRun(id: string, name: string, pipeline: string): Open<RecordedRun> {
    const run = openRun(id, name, pipeline);
    runs.push(run);
    known.set(id, run);
    return run;
  }

  function start(op: string, { id, name, pipeline, run: ref }: Variables['input']): void {
    // Without a name the service chooses one.
    if (op === 'startRun') return void addRun(id, name ?? `run-${id.slice(0, 8)}`, pipeline);
    const step = openStep(id, name ?? '');
    known.set(id, step);
    // A run that was begun before the recording is known from here on.
    (runOf(ref) ?? addRun(ref, ref, '')).attempts.push(step);
  }

  function finish({ id, ref, status, failure }: Variables): void {
    const ended = known.get(id ?? ref ?? '');
    if (!ended) return;
    ended.status = status;
    ended.failure = failure
      ? { type: failure.type, message: failure.message, traceback: failure.traceback ?? null }
      : null;
  }

  function entriesOf(target: string): RecordedEntry[] {
    const { stepId, run, step } = JSON.parse(target) as MetadataTarget;
    const found = known.get(stepId ?? '') ?? (step ? runOf(step.run)?.steps[step.name] : run ? runOf(run) : undefined);
    if (found) return found.entries as RecordedEntry[];
    const others = elsewhere.get(target) ?? [];
    elsewhere.set(target, others);
    return others;
  }

  function log({ target, loggedAt, entries: texts }: LogCall): RecordedEntry[] {
    const read = texts.map((text) => readBack(text, loggedAt));
    entriesOf(target).push(...read);
    return read;
  }

  function entryOf(entry: RecordedEntry): MetadataEntry {
    entries += 1;
    const display = typeof entry.value === 'string' ? entry.value : stringifyJson(entry.value);
    return { ...entry, id: String(entries), qualifiedKey: entry.key, display } as MetadataEntry;
  }

  const sender = {
    ...noSender,
    append(line: string) {
      const { op = '', payload = '' } = parseOperation(line.trimEnd()) ?? {};
      const variables = parseJson(payload) as unknown as Variables;
      if (op === 'startRun' || op === 'startStep') start(op, variables.input);
      else finish(variables);
    },
    log: (call: LogCall) => void log(call),
  };
  const recording: Recording = {
    runs,
    get run() {
      const [only] = runs;
      if (only && runs.length === 1) return only;
      throw new Error(`${runs.length} runs were recorded: ${runs.map(({ name }) => name).join(', ') || 'none'}.`);
    },
    get steps() {
      return objectOf(runs.flatMap(({ steps }) => Object.entries(steps)));
    },
    get elsewhere() {
      return objectOf([...elsewhere]);
    },
  };
  return { recording, substitute: { sender, logNow: (call) => log(call).map(entryOf) } };
}
