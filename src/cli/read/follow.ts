import { type Change, followChanges } from '@runledger/client/internal/changes';
import type { MetadataEntry } from '@runledger/client/internal/entry';
import { execute } from '@runledger/client/internal/execute';
import { FindRun } from '@runledger/client/internal/generated/operations';
import type { Settings } from '@runledger/client/internal/options';
import { readRun } from '@runledger/client/internal/read-run';
import { stringifyJson } from '@runledger/client/json';
import type { Status } from '../../filter/tree.ts';
import { formatDuration, formatMoment } from '../../format/time.ts';
import { foundRun } from '../found-run.ts';
import { parse } from '../spec/parse.ts';
import { followSpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { padEnd, printable, truncate, widthOf } from '../terminal/text.ts';
import { failureLines } from './failure.ts';
import { parseKeys, readSettings } from './reader.ts';
import { paintOf, statusText, stepTitle, tookMs } from './status.ts';
import { readable } from './values.ts';

const keyWidth = 28;

interface Ended {
  readonly name: string;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

function clock(iso: string): string {
  return formatMoment(iso).slice(11);
}

function entryLine({ qualifiedKey, iteration, loggedAt, ...entry }: MetadataEntry, { style, width }: Output): string {
  const key = padEnd(printable(qualifiedKey), keyWidth);
  const at = iteration === null ? '' : style.dim(` #${iteration}`);
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(10, width - 10 - widthOf(key) - 8);
  const value = truncate(printable(readable(entry)), Math.min(room, 10_000));
  return `${style.dim(clock(loggedAt))}  ${key}  ${value}${at}`;
}

function stateLine(what: string, thing: Ended, { style }: Output): string {
  const status = thing.status as Status;
  const took = thing.endedAt === null ? '' : style.dim(` after ${formatDuration(tookMs(thing, 0))}`);
  return `${style.dim(clock(thing.endedAt ?? thing.startedAt))}  ${padEnd(what, keyWidth)}  ${paintOf(status, style)(statusText(status))}${took}`;
}

/** Prints steps as they begin and end. What the service has to say of these is said by the stream of entries, too. */
async function tellSteps(settings: Settings, run: string, output: Output, signal: AbortSignal): Promise<void> {
  const tell = (change: Change) => {
    if (change.__typename !== 'StepChanged') return;
    const { step } = change;
    output.print(stateLine(output.style.bold(`step ${printable(stepTitle(step))}`), step, output));
    if (step.failure) for (const line of failureLines(step.failure, output.style, '          ')) output.print(line);
  };
  try {
    for await (const change of followChanges(settings, { refs: [run], signal })) tell(change);
  } catch {
    // Either it is the end, or the other stream fails as well.
  }
}

/** `runledger follow`: what a run logs, as it is logged, until it ends. */
export async function follow(args: string[], output: Output): Promise<number> {
  const { values, positionals } = parse(followSpec, args);
  const [ref, ...more] = positionals;
  if (ref === undefined || more.length > 0)
    throw new UsageError('follow: give one RUN: its id, its name, or the beginning of either.');
  const settings = readSettings(values);
  const keys = parseKeys(values.keys);
  const find = async (which: string) => foundRun((await execute(settings, FindRun, { ref: which })).pipelineRun, which);
  const run = await withProgress(`asking for ${ref}`, () => find(ref));
  const stop = new AbortController();
  if (!values.json) output.print(stateLine(output.style.bold(`run ${printable(run.name)}`), run, output));
  if (run.endedAt === null) {
    const steps = values.json ? undefined : tellSteps(settings, run.id, output, stop.signal);
    try {
      for await (const entry of readRun(settings, run).follow(keys === undefined ? {} : { keys })) {
        if (values.json) await output.write(`${stringifyJson(entry)}\n`);
        else output.print(entryLine(entry, output));
      }
    } finally {
      stop.abort();
      await steps;
    }
  }
  const ended = run.endedAt === null ? await find(run.id) : run;
  if (!values.json) {
    if (run.endedAt === null) output.print(stateLine(output.style.bold(`run ${printable(ended.name)}`), ended, output));
    if (ended.failure) for (const line of failureLines(ended.failure, output.style)) output.print(line);
  }
  return values['exit-status'] && ended.status !== 'COMPLETED' ? 1 : 0;
}
