import { found } from '@runledger/client/internal/entry';
import { execute } from '@runledger/client/internal/execute';
import { FindRun, StepRun } from '@runledger/client/internal/generated/operations';
import { type Settings, settingsOf } from '@runledger/client/internal/options';
import { readRun } from '@runledger/client/internal/read-run';
import { stringifyJson } from '@runledger/client/json';
import { foundRun } from './found-run.ts';
import { parseSeconds } from './options.ts';
import { parse } from './spec/parse.ts';
import { getSpec } from './spec/record.ts';
import { UsageError } from './spec/usage-error.ts';
import { targetOfOptions } from './target.ts';

/** What another command of the same script has just logged is to be found, though this one was not told its position. */
const newestState = { 'x-runledger-position': 'latest' };

/** The run, name and attempt of the step with this id. */
async function findTarget(settings: Settings, stepId: string) {
  const step = found((await execute(settings, StepRun, { id: stepId })).step, `step with the id ${stepId}`);
  return { run: step.run.id, stepName: step.name, attempt: step.attempt };
}

/** `runledger get`: prints the latest value under a key, exactly. Gives the exit code: 1 when nothing is there. */
export async function get(
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const { values, positionals } = parse(getSpec, args);
  const [key, ...more] = positionals;
  if (key === undefined || more.length > 0) throw new UsageError('get: give one KEY.');
  const end = Date.now() + (parseSeconds(values.timeout, 'timeout') ?? 30_000);
  /** The settings for the next call, which may take as long as there is left. */
  const settings = () =>
    settingsOf({ url: values.url, deadlineMs: Math.max(1, end - Date.now()), headers: newestState });
  const target = targetOfOptions(values, process.env);
  const {
    run: ref,
    stepName,
    attempt,
  } = target.stepId === undefined ? target : await findTarget(settings(), target.stepId);
  const { pipelineRun } = await execute(settings(), FindRun, { ref });
  const run = readRun(settings(), foundRun(pipelineRun, ref));
  const which = attempt === undefined ? {} : { attempt };
  const entry = await (stepName === undefined ? run : run.step(stepName, which)).runMetadata(key);
  if (!entry) {
    complain(
      `nothing is logged under ${JSON.stringify(key)} in ${stepName === undefined ? '' : `step "${stepName}" of `}run "${run.name}".`,
    );
    return 1;
  }
  print(typeof entry.value === 'string' && !values.json ? entry.value : stringifyJson(entry.value));
  return 0;
}
