import { execute } from '@runledger/client/internal/execute';
import type { Settings } from '@runledger/client/internal/options';
import { pageUrl } from '@runledger/client/internal/page-url';
import type { Status } from '../../filter/tree.ts';
import { prettyJson } from '../../format/pretty.ts';
import { formatAgo, formatDuration, formatMoment } from '../../format/time.ts';
import { foundRun } from '../found-run.ts';
import { ShowRun } from '../generated/operations.ts';
import { parse } from '../spec/parse.ts';
import { showSpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Cell, table } from '../terminal/table.ts';
import { printable } from '../terminal/text.ts';
import { failureLines } from './failure.ts';
import { onlyStep, type ShownRun, withAllSteps } from './only-step.ts';
import { parseKeys, readSettings } from './reader.ts';
import { paintOf, statusText, stepTitle, tookMs } from './status.ts';
import { timelineBar } from './timeline.ts';
import { readable } from './values.ts';

type Entry = ShownRun['metadata'][number];

/** From this width on there is room for bars beside the steps. */
const roomForBars = 72;
const barWidth = 24;

function printHead(output: Output, run: ShownRun, settings: Settings, now: number): void {
  const { bold, dim } = output.style;
  const status = run.status as Status;
  output.print(`${bold(printable(run.name))}  ${paintOf(status, output.style)(statusText(status))}`);
  const took = `${run.endedAt === null ? 'running for' : 'took'} ${formatDuration(tookMs(run, now))}`;
  const started = `started ${formatMoment(run.startedAt)} (${formatAgo(run.startedAt, now)})`;
  output.print(`pipeline ${printable(run.pipeline)} · ${started} · ${took}`);
  output.print(dim(`${run.id}  ${pageUrl(settings, run.name)}`));
  if (!run.failure) return;
  // A run mostly fails by one of its steps, beside which the traceback stands.
  const isToldBySteps = run.steps.nodes.some(({ failure }) => failure?.traceback === run.failure?.traceback);
  const failure = isToldBySteps ? { ...run.failure, traceback: null } : run.failure;
  for (const line of failureLines(failure, output.style)) output.print(line);
}

function printSteps(output: Output, run: ShownRun, now: number): void {
  const { nodes, totalCount } = run.steps;
  if (nodes.length === 0) return;
  const { style } = output;
  const hasBars = (output.width ?? 0) >= roomForBars;
  const rows = nodes.map((step): Cell[] => {
    const status = step.status as Status;
    const paint = paintOf(status, style);
    return [
      { text: printable(stepTitle(step)), paint: status === 'RETRIED' ? style.dim : style.bold },
      { text: statusText(status), paint },
      { text: formatDuration(tookMs(step, now)) },
      ...(hasBars ? [{ text: timelineBar(step, run, barWidth, now), paint }] : []),
    ];
  });
  const columns = [
    { title: 'STEP', isNeeded: true },
    { title: 'STATUS', leastWidth: 12 },
    { title: 'TOOK', isNumeric: true },
    ...(hasBars ? [{ title: '', leastWidth: barWidth }] : []),
  ];
  const [head, ...lines] = table(columns, rows, { width: output.width, paintTitle: style.dim }).lines;
  output.print(`\n${head}`);
  lines.forEach((line, at) => {
    output.print(line);
    const failure = nodes[at]?.failure;
    if (failure) for (const text of failureLines(failure, style, '  ')) output.print(text);
  });
  if (totalCount > nodes.length) output.print(style.dim(`… and ${totalCount - nodes.length} more steps`));
}

/** Those of the run itself first, then those of the steps in the order in which these began. */
function inOrder(run: ShownRun): Entry[] {
  const places = new Map(run.steps.nodes.map(({ name }, at) => [name, at + 1]));
  const placeOf = ({ step }: Entry) => (step ? (places.get(step.name) ?? Number.POSITIVE_INFINITY) : 0);
  return [...run.metadata].sort((a, b) => placeOf(a) - placeOf(b) || (a.key < b.key ? -1 : 1));
}

function printEntries(output: Output, run: ShownRun, now: number): void {
  const { dim } = output.style;
  const entries = inOrder(run);
  if (entries.length === 0) {
    output.print(dim('\nNothing is logged.'));
    return;
  }
  const rows = entries.map((entry): Cell[] => {
    const prefix = entry.step ? entry.step.name.length + '::'.length : 0;
    return [
      {
        text: printable(entry.qualifiedKey),
        paint: (text) => dim(text.slice(0, prefix)) + text.slice(prefix),
      },
      { text: printable(readable(entry)), paint: entry.value === null ? dim : undefined },
      { text: entry.type.toLowerCase().replace('_', ' '), paint: dim },
      { text: entry.iteration === null ? '' : `#${entry.iteration}`, paint: dim },
      { text: formatAgo(entry.loggedAt, now), paint: dim },
    ];
  });
  const columns = [
    { title: 'KEY', isNeeded: true, leastWidth: 16 },
    { title: 'VALUE', isNeeded: true, leastWidth: 16 },
    { title: 'TYPE', leastWidth: 7 },
    ...(entries.some(({ iteration }) => iteration !== null) ? [{ title: 'AT', leastWidth: 4 }] : []),
    { title: 'LOGGED', leastWidth: 12 },
  ];
  const cells = columns.length === 5 ? rows : rows.map((row) => row.filter((_, at) => at !== 3));
  output.print('');
  for (const line of table(columns, cells, { width: output.width, paintTitle: dim }).lines) output.print(line);
}

/** `runledger show`: a run, its steps, and the latest of all that was logged. */
export async function show(args: string[], output: Output): Promise<number> {
  const { values, positionals } = parse(showSpec, args);
  const [ref, ...more] = positionals;
  if (ref === undefined || more.length > 0)
    throw new UsageError('show: give one RUN: its id, its name, or the beginning of either.');
  const settings = readSettings(values);
  const keys = parseKeys(values.keys);
  const { step } = values;
  const whole = await withProgress(`asking for ${ref}`, async () => {
    const { pipelineRun } = await execute(settings, ShowRun, { ref, keys });
    const run = foundRun(pipelineRun, ref);
    // Any of them may be the step that is asked for.
    return step === undefined ? run : withAllSteps(settings, run);
  });
  const run = step === undefined ? whole : onlyStep(whole, step);
  if (values.json) {
    const metadata = Object.fromEntries(inOrder(run).map(({ qualifiedKey, ...entry }) => [qualifiedKey, entry]));
    output.print(prettyJson({ ...run, steps: run.steps.nodes, metadata }));
    return 0;
  }
  const now = Date.now();
  printHead(output, whole, settings, now);
  printSteps(output, run, now);
  printEntries(output, run, now);
  return 0;
}
