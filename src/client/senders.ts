import { badInput } from './errors.ts';
import { failOpenEnds } from './open-ends.ts';
import { environment, type Settings } from './options.ts';
import { spoolLocation } from './spool/location.ts';
import { openSender, type Sender } from './spool/sender.ts';
import { warn } from './warn.ts';

/** The senders of this process, one per service: everything logged to a service must go through one queue. */
const senders = new Map<string, Sender>();
const sendersOfSettings = new WeakMap<Settings, Sender>();

/** A variable in seconds, as milliseconds. */
function secondsOf(name: string, fallback: number): number {
  const seconds = Number(environment()[name] || Number.NaN);
  return (seconds >= 0 ? seconds : fallback) * 1000;
}

/** How long the end of a step waits for delivery: `RUNLEDGER_STEP_FLUSH_SECONDS`, 2 by default. */
export function stepFlushMs(): number {
  return secondsOf('RUNLEDGER_STEP_FLUSH_SECONDS', 2);
}

/** How long the end of a run, and of the process, waits for delivery: `RUNLEDGER_EXIT_FLUSH_SECONDS`, 10 by default. */
export function exitFlushMs(): number {
  return secondsOf('RUNLEDGER_EXIT_FLUSH_SECONDS', 10);
}

let watchesExit = false;

function watchExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  let ended = false;
  process.on('beforeExit', () => {
    if (ended) return;
    ended = true;
    void flush(exitFlushMs()).then(() => {
      for (const sender of senders.values()) sender.stop();
    });
  });
  // Also after process.exit(), an unhandled rejection or an uncaught error. All of this is synchronous.
  process.on('exit', () => {
    failOpenEnds();
    for (const sender of senders.values()) sender.close();
  });
}

/** The sender of this process for a service, opened by the first call and closed when the process ends. */
export function senderFor(settings: Settings): Sender {
  const known = sendersOfSettings.get(settings);
  if (known) return known;
  const spool = spoolLocation(environment());
  const key = JSON.stringify([settings.url, settings.apiKey() ?? null, spool.directory]);
  let sender = senders.get(key);
  if (!sender) {
    sender = openSender(settings, spool, warn);
    senders.set(key, sender);
    watchExit();
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
