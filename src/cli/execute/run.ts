import { checkName } from '@runledger/client/internal/metadata-entries';
import { isDisabled, settingsOf } from '@runledger/client/internal/options';
import { pageUrl } from '@runledger/client/internal/page-url';
import { recordRun } from '@runledger/client/internal/record';
import { inheritedScope } from '@runledger/client/internal/scope';
import { spoolLocation } from '@runledger/client/internal/spool/location';
import { newRunId } from '@runledger/client/internal/uuid';
import { runSpec } from '../spec/execute.ts';
import { parse } from '../spec/parse.ts';
import { UsageError } from '../spec/usage-error.ts';
import { carryOut, runUnrecorded, say } from './carry-out.ts';
import { prepareCommand } from './command.ts';
import { removeStepNames } from './step-names.ts';

/** `runledger run [NAME] -- COMMAND`: records a run around a command; one that is called in a run already is part of that. */
export async function run(args: string[], command: readonly string[]): Promise<number> {
  const prepared = prepareCommand(command);
  const { values, positionals } = parse(runSpec, args);
  const [name, ...more] = positionals;
  if (more.length > 0 || command.length === 0)
    throw new UsageError('run: write the command behind --, as in: runledger run nightly -- python train.py');
  const { pipeline = 'default' } = values;
  if (name !== undefined) checkName(name, 'run');
  checkName(pipeline, 'pipeline');
  const settings = settingsOf({ url: values.url });
  if (isDisabled()) return runUnrecorded(prepared);
  const outer = inheritedScope();
  // As pipelineRun does it: what is started in a run is part of that, and neither starts nor ends it.
  if (outer?.run && outer.settings.url === settings.url) return runUnrecorded(prepared);
  const id = newRunId();
  const recorded = { id, name, pipeline, url: pageUrl(settings, id) };
  return carryOut({
    command,
    prepared,
    begin: async () => recordRun(settings, recorded),
    onStarted() {
      if (values.link) say(pageUrl(settings, recorded.name ?? id));
    },
    onEnded: () => removeStepNames(spoolLocation(process.env).directory, id),
  });
}
