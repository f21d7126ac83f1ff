import { type LogTarget, parseId } from '@runledger/client/internal/log-input';
import { parseInteger } from './options.ts';
import { UsageError } from './spec/usage-error.ts';

export interface TargetValues {
  readonly 'step-id'?: string | undefined;
  readonly run?: string | undefined;
  readonly step?: string | undefined;
  readonly attempt?: string | undefined;
}

/** The target that the options name, else the step or run of the environment. Throws a UsageError for none, or for two. */
export function targetOfOptions(
  values: TargetValues,
  { RUNLEDGER_STEP_ID: ownStepId, RUNLEDGER_RUN_ID: ownRunId }: Readonly<Record<string, string | undefined>>,
): LogTarget {
  const { 'step-id': stepId, run, step, attempt } = values;
  if (stepId !== undefined && (run ?? step ?? attempt) !== undefined)
    throw new UsageError('Give either --step-id, or --run with --step, not both.');
  if (stepId !== undefined) return { stepId: parseId(stepId, '--step-id') };
  if (step === undefined && attempt !== undefined) throw new UsageError('--attempt needs --step.');
  if (run === undefined && step !== undefined) throw new UsageError('--step needs --run.');
  const number = parseInteger(attempt, 'attempt');
  if (run !== undefined)
    return {
      run,
      ...(step === undefined ? {} : { stepName: step }),
      ...(number === undefined ? {} : { attempt: number }),
    };
  if (ownStepId) return { stepId: parseId(ownStepId, 'RUNLEDGER_STEP_ID') };
  if (ownRunId) return { run: parseId(ownRunId, 'RUNLEDGER_RUN_ID') };
  throw new UsageError(
    'Name a step or run: --step-id ID, or --run RUN [--step NAME], or set RUNLEDGER_STEP_ID or RUNLEDGER_RUN_ID.',
  );
}
