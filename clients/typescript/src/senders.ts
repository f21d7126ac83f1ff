import { badInput } from './errors.ts';
import { watchExit } from './exit.ts';
import { noSender } from './no-sender.ts';
import { environment, isDisabled, millisecondsOf, type Settings } from './options.ts';
import { spoolLocation } from './spool/location.ts';
import { openSender, type Sender } from './spool/sender.ts';
import { currentSubstitute } from './substitute.ts';
import { warn } from './warn.ts';

/** The senders of this process, one per service: everything logged to a service must go through one queue. */
const senders = new Map<string, Sender>();
const sendersOfSettings = new WeakMap<Settings, Sender>();

/** How long the end of a step waits for delivery: `RUNLEDGER_STEP_FLUSH_SECONDS`, 2 by default. */
export function stepFlushMs(): number {
  return millisecondsOf('RUNLEDGER_STEP_FLUSH_SECONDS', 2);
}

/** How long the end of a run, and of the process, waits for delivery: `RUNLEDGER_EXIT_FLUSH_SECONDS`, 5 by default. */
export function exitFlushMs(): number {
  return millisecondsOf('RUNLEDGER_EXIT_FLUSH_SECONDS', 5);
}

function stopSenders(): void {
  for (const sender of senders.values()) sender.stop();
}

/** Ends all deliveries, and leaves what is not delivered to the next process. Synchronous. */
export function closeSenders(): void {
  for (const sender of senders.values()) sender.close();
  senders.clear();
}

/** The sender of this process for a service, opened by the first call and closed when the process ends. */
export function senderFor(settings: Settings): Sender {
  const substitute = currentSubstitute();
  if (substitute) return substitute.sender;
  const known = sendersOfSettings.get(settings);
  if (known) return known;
  if (isDisabled()) return noSender;
  const spool = spoolLocation(environment());
  const key = JSON.stringify([settings.url, settings.apiKey() ?? null, spool.directory]);
  let sender = senders.get(key);
  if (!sender) {
    sender = openSender(settings, spool, warn);
    senders.set(key, sender);
    watchExit({ flush: () => flush(exitFlushMs()), stop: stopSenders, close: closeSenders });
  }
  sendersOfSettings.set(settings, sender);
  return sender;
}

/**
 * Waits until everything this process has logged so far is delivered, and resolves to true; to false once `timeoutMs`
 * (10,000) have passed, or the service turns out to be away. What is not delivered stays in the spool file for later.
 */
export async function flush(timeoutMs = 10_000): Promise<boolean> {
  if (!(typeof timeoutMs === 'number' && timeoutMs >= 0))
    throw badInput('flush(timeoutMs): give a number of milliseconds, 0 or above.');
  const flushed = await Promise.all([...senders.values()].map((sender) => sender.flush(timeoutMs, { final: true })));
  return flushed.every(Boolean);
}
