import { checkName } from '@runledger/client/internal/metadata-entries';
import { isDisabled, settingsOf } from '@runledger/client/internal/options';
import { recordStep } from '@runledger/client/internal/record';
import { inheritedScope } from '@runledger/client/internal/scope';
import { spoolLocation } from '@runledger/client/internal/spool/location';
import { stepSpec } from '../spec/execute.ts';
import { parse } from '../spec/parse.ts';
import { UsageError } from '../spec/usage-error.ts';
import { carryOut, runUnrecorded } from './carry-out.ts';
import { prepareCommand } from './command.ts';
import { idOfRun } from './hand-down.ts';
import { openStepNames, type StepNames } from './step-names.ts';

/** `runledger step NAME -- COMMAND`: records a step of the run that the environment or `--run` names around a command. */
export async function step(args: string[], command: readonly string[]): Promise<number> {
  const prepared = prepareCommand(command);
  const { values, positionals } = parse(stepSpec, args);
  const [asked, ...more] = positionals;
  if (asked === undefined) throw new UsageError('step: give the NAME of the step.');
  if (more.length > 0 || command.length === 0)
    throw new UsageError(`step: write the command behind --, as in: runledger step ${asked} -- python train.py`);
  checkName(asked, 'step');
  const settings = settingsOf({ url: values.url });
  if (isDisabled()) return runUnrecorded(prepared);
  const inherited = inheritedScope()?.run?.id;
  const ref = values.run ?? inherited;
  if (ref === undefined)
    throw new UsageError('step: name the run with --run RUN, or call it in: runledger run NAME -- …');
  let names: StepNames | undefined;
  return carryOut({
    command,
    prepared,
    async begin(timeoutMs) {
      const id = values.run === undefined ? ref : await idOfRun(settings, ref, timeoutMs);
      names = openStepNames(spoolLocation(process.env).directory, id);
      return recordStep(settings, { id, name: undefined, token: { value: undefined } }, names.start(asked));
    },
    onEnded: ({ status }) => names?.end(status),
  });
}
