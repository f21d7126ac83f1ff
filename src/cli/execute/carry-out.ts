import { writeSync } from 'node:fs';
import { callsOf } from '@runledger/client/internal/log-input';
import type { MetadataValue } from '@runledger/client/internal/metadata-entries';
import { Float } from '@runledger/client/internal/metadata-types';
import type { Ending } from '@runledger/client/internal/open-ends';
import { millisecondsOf } from '@runledger/client/internal/options';
import type { Recorded } from '@runledger/client/internal/record';
import { currentTarget, within } from '@runledger/client/internal/scope';
import { closeSenders, senderFor } from '@runledger/client/internal/senders';
import type { prepareCommand } from './command.ts';
import { factsOf } from './facts.ts';
import { handDown } from './hand-down.ts';
import { endAs, endingOf, type Outcome } from './outcome.ts';
import { openSignalRelay, type SignalRelay } from './signals.ts';

/** How long a service that does not answer may hold up the start of a command: less than a step of the client, unless set. */
function startMs(): number {
  return millisecondsOf('RUNLEDGER_STEP_FLUSH_SECONDS', 1);
}

/** The same for its end. */
function endMs(): number {
  return millisecondsOf('RUNLEDGER_EXIT_FLUSH_SECONDS', 2);
}

type Command = ReturnType<typeof prepareCommand>;

/** Writes a line to standard error. By `process.stderr` that would become non-blocking for the command, too. */
export function say(line: string): void {
  try {
    writeSync(2, `runledger: ${line}\n`);
  } catch {
    // Nobody reads it.
  }
}

/** Keeps what the client has to say until the command has ended: it does not belong into its output. */
function holdWarnings(): () => void {
  const lines = new Set<string>();
  const { warn } = console;
  console.warn = (line: string) => void lines.add(line.replace(/^runledger: /, ''));
  return () => {
    for (const line of lines) say(line);
    lines.clear();
    console.warn = warn;
  };
}

/** Runs the command, and nothing else. */
export async function runUnrecorded(command: Command): Promise<number> {
  const relay = openSignalRelay();
  const outcome = await command(process.env, relay);
  relay.close();
  if (outcome.error !== undefined) say(outcome.error);
  return endAs(outcome);
}

/** What a command is recorded as. */
export interface Recording {
  readonly command: readonly string[];
  readonly prepared: Command;
  /** Records the start. */
  readonly begin: (startMs: number) => Promise<Recorded<unknown>>;
  /** Hears of the start, once the service has it or cannot be waited for. */
  readonly onStarted?: (recorded: Recorded<unknown>) => void;
  readonly onEnded?: (ending: Ending) => void;
}

function log({ scope }: Recorded<unknown>, metadata: ReadonlyMap<string, MetadataValue>): void {
  const current = within(scope, currentTarget);
  if (current) for (const call of callsOf(metadata, current.target)) senderFor(scope.settings).log(call);
}

function resultsOf({ code, signal, seconds }: Outcome): Map<string, MetadataValue> {
  const results = new Map<string, MetadataValue>([
    ['exit_code', code],
    ['duration', Float(seconds)],
  ]);
  if (signal) results.set('signal', signal);
  return results;
}

/** Waits until the start is delivered and the environment of the command is known; not for long, nor beyond a signal. */
async function prepare(
  recorded: Recorded<unknown>,
  relay: SignalRelay,
): Promise<{ env: Record<string, string>; isDelivered: boolean }> {
  const { settings } = recorded.scope;
  const asked = relay.requested.then(() => false);
  const isDelivered = await Promise.race([senderFor(settings).flush(startMs()), asked]);
  // A service that has answered will do so once more.
  return { env: await handDown(recorded.scope, isDelivered ? startMs() : 0), isDelivered };
}

/**
 * Runs a command as a run or step. It is the command that matters: whatever becomes of the record, its output, its exit code
 * and the signals are its own. Gives its exit code.
 */
export async function carryOut(recording: Recording): Promise<number> {
  const { command, prepared, begin, onStarted, onEnded } = recording;
  const relay = openSignalRelay();
  const environment = { ...process.env };
  // The client would print the link to every run: here only who asks for it is told.
  process.env['RUNLEDGER_LINK'] = '0';
  const releaseWarnings = holdWarnings();
  const recorded = await begin(startMs());
  const { env, isDelivered } = await prepare(recorded, relay);
  onStarted?.(recorded);
  const facts = factsOf(environment).then((found) => log(recorded, found));
  const outcome = await prepared({ ...environment, ...env }, relay);
  if (outcome.error !== undefined) say(outcome.error);
  await facts;
  log(recorded, resultsOf(outcome));
  const ending = endingOf(outcome, command);
  recorded.end(ending);
  onEnded?.(ending);
  await senderFor(recorded.scope.settings).flush(endMs(), { final: isDelivered });
  relay.close();
  closeSenders();
  releaseWarnings();
  return endAs(outcome);
}
