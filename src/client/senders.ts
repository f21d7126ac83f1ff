import { environment, type Settings } from './options.ts';
import { spoolLocation } from './spool/location.ts';
import { openSender, type Sender } from './spool/sender.ts';

/** The senders of this process, one a service: all that is logged to it must go through one queue. */
const senders = new Map<string, Sender>();
const sendersOfSettings = new WeakMap<Settings, Sender>();

/** Seconds from the environment, in milliseconds. */
function secondsOf(name: string, fallback: number): number {
  const seconds = Number(environment()[name] || Number.NaN);
  return (seconds >= 0 ? seconds : fallback) * 1000;
}

/** How long the end of a step waits for what was logged: `RUNLEDGER_STEP_FLUSH_SECONDS`, 2. */
export function stepFlushMs(): number {
  return secondsOf('RUNLEDGER_STEP_FLUSH_SECONDS', 2);
}

/** How long the end of a run, and of the process, waits: `RUNLEDGER_EXIT_FLUSH_SECONDS`, 10. */
export function exitFlushMs(): number {
  return secondsOf('RUNLEDGER_EXIT_FLUSH_SECONDS', 10);
}

function warn(message: string): void {
  console.warn(`runledger: ${message}`);
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
  process.on('exit', () => {
    for (const sender of senders.values()) sender.close();
  });
}

/** The sender of this process for a service; made with the first call, closed when the process ends. */
export function senderFor(settings: Settings): Sender {
  const known = sendersOfSettings.get(settings);
  if (known) return known;
  const place = spoolLocation(environment());
  const key = JSON.stringify([settings.url, settings.apiKey ?? null, place.directory]);
  let sender = senders.get(key);
  if (!sender) {
    sender = openSender(settings, place, warn);
    senders.set(key, sender);
    watchExit();
  }
  sendersOfSettings.set(settings, sender);
  return sender;
}

/**
 * Waits until all that this process logged so far is delivered: true; or `timeoutMs` (10,000) are over, or it is clear
 * that the service is away: false. What is not delivered stays in the spool file for later.
 */
export async function flush(timeoutMs = 10_000): Promise<boolean> {
  const flushed = await Promise.all([...senders.values()].map((sender) => sender.flush(timeoutMs, { final: true })));
  return flushed.every(Boolean);
}
