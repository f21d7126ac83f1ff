import { checkOptions } from './check-options.ts';
import { badInput } from './errors.ts';
import type { MetadataTarget } from './generated/operations.ts';
import { callsOf, logOptionNames, targetOf } from './log-input.ts';
import { type LoggedMetadata, type LogOptions, type LogTarget, logNow } from './log-now.ts';
import { checkMetadata, type Metadata, nothingToLog } from './metadata-entries.ts';
import { type ClientOptions, clientOptionNames, isDisabled, type Settings, settingsOf } from './options.ts';
import { currentScope, currentTarget } from './scope.ts';
import { senderFor } from './senders.ts';
import { isStrict, warnOnce } from './warn.ts';

const waysToCall = `logMetadata(metadata) was called outside a step or run. Call it
  inside step("name", () => logMetadata(metadata)), or inside pipelineRun({ … }, () => logMetadata(metadata)),
  in a process started with stepEnvironment() in its environment (RUNLEDGER_STEP_ID, RUNLEDGER_RUN_ID),
  or with a target:
  logMetadata(metadata, { stepId }),
  logMetadata(metadata, { run, stepName }), where run is an id, a name, or a prefix of either,
  logMetadata(metadata, { run }) for the run itself.`;

const optionNames = { ...logOptionNames, ...clientOptionNames, buffered: true } as const;

function isEmpty(metadata: Metadata): boolean {
  return metadata instanceof Map ? metadata.size === 0 : Reflect.ownKeys(metadata).length === 0;
}

/** The run meant by `ref`: inside a run, the name that was asked for it means that run, also where it was taken. */
function ownRun(ref: string): string {
  const run = currentScope()?.run;
  return run?.asked !== undefined && run.asked === ref ? run.id : ref;
}

function enqueue(settings: Settings, metadata: Metadata, target: MetadataTarget, options: LogOptions): undefined {
  if (isEmpty(metadata) && !isStrict()) {
    warnOnce(nothingToLog);
    return;
  }
  const sender = senderFor(settings);
  for (const call of callsOf(metadata, target, options)) sender.log(call);
}

/**
 * Logs to the current step, or in the body of a run to that run, and returns at once: the values are checked and written to
 * the spool file, and go to the service in the background, in order. Throws an InvalidCallError for a value that cannot be
 * stored, and when called outside a step or run; never for the network or the service. Only warns when there is nothing to log.
 */
export function logMetadata(metadata: Metadata, options?: LogOptions): void;
/** Logs to any step or run in the background, as inside a step. */
export function logMetadata(
  metadata: Metadata,
  target: LogTarget & LogOptions & ClientOptions & { buffered: true },
): void;
/** Logs to any step or run, and waits for the commit. Rejects with either kind of RunledgerError. */
export function logMetadata(
  metadata: Metadata,
  target: LogTarget & LogOptions & ClientOptions & { buffered?: false },
): Promise<LoggedMetadata>;
export function logMetadata(
  metadata: Metadata,
  options: Partial<LogTarget> & LogOptions & ClientOptions & { buffered?: boolean } = {},
): undefined | Promise<LoggedMetadata> {
  checkMetadata(metadata);
  checkOptions('logMetadata', options, optionNames);
  const { stepId, run, stepName, attempt, iteration, loggedAt, buffered, ...clientOptions } = options;
  if (stepId === undefined && run === undefined && stepName === undefined) {
    if (attempt !== undefined) throw badInput('logMetadata: attempt needs run and stepName.');
    const [stray] = Object.keys(clientOptions);
    if (stray !== undefined) throw badInput(`logMetadata: ${stray} needs a target, such as { run, stepName }.`);
    const current = currentTarget();
    if (!current && isDisabled()) return;
    if (!current) throw badInput(waysToCall);
    return enqueue(current.settings, metadata, current.target, { iteration, loggedAt });
  }
  if (stepId === undefined && run === undefined) throw badInput('logMetadata: stepName needs run.');
  const settings =
    Object.keys(clientOptions).length > 0 ? settingsOf(clientOptions) : (currentScope()?.settings ?? settingsOf());
  const target = { stepId, run: run === undefined ? run : ownRun(run), stepName, attempt } as LogTarget;
  if (buffered) return enqueue(settings, metadata, targetOf(target), { iteration, loggedAt });
  return logNow(settings, metadata, { ...target, iteration, loggedAt });
}
