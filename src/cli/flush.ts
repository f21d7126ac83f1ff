import { InvalidCallError, UnavailableError } from '@runledger/client/internal/errors';
import { endpointUrl, type Settings, settingsOf } from '@runledger/client/internal/options';
import { post } from '@runledger/client/internal/post';
import { pause, pauseMs, withRetries } from '@runledger/client/internal/retry';
import type { Post } from '@runledger/client/internal/spool/deliver';
import type { SpoolHeader } from '@runledger/client/internal/spool/header';
import { deliverLeftovers, type LeftoverReport } from '@runledger/client/internal/spool/leftovers';
import { listRejectedFiles, spoolLocation } from '@runledger/client/internal/spool/location';
import { type RejectedFile, retryRejected } from '@runledger/client/internal/spool/retry-rejected';
import { parseSeconds } from './options.ts';
import { parse } from './spec/parse.ts';
import { flushSpec } from './spec/record.ts';

type Say = (line: string) => void;
type PostFor = (header: SpoolHeader) => Post | undefined;

/** `1 file`, `2 files`. */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Where the operations of a file go. The API key goes only to the service it is for, not to any other a file names. */
function settingsFor({ url }: SpoolHeader, given: string | undefined): Settings {
  const settings = settingsOf({ url: given });
  const target = given === undefined ? endpointUrl(url) : settings.url;
  const isOurs = given !== undefined || (process.env['RUNLEDGER_URL'] && settings.url === target);
  return { ...settings, url: target, apiKey: isOurs ? settings.apiKey : () => undefined };
}

/** How to send the operations of a file: `send` makes a try, or several, of one request. */
function postForWith(
  send: (settings: Settings, body: string) => ReturnType<Post>,
  url: string | undefined,
  complain: Say,
): PostFor {
  return (header) => {
    try {
      const settings = settingsFor(header, url);
      return (body) => send(settings, body);
    } catch (error) {
      if (!(error instanceof InvalidCallError)) throw error;
      complain(`a file of process ${header.pid} on ${header.host} is left alone: ${error.message}`);
      return undefined;
    }
  };
}

/** Delivers what ended processes left, as often as it helps until the time is over. */
async function flushLeftovers(
  directory: string,
  { url, anyHost, end, complain }: { url: string | undefined; anyHost: boolean; end: number; complain: Say },
): Promise<LeftoverReport> {
  const once = (settings: Settings, body: string) => post(settings, body, AbortSignal.timeout(settings.tryTimeoutMs));
  const postFor = postForWith(once, url, complain);
  const total = { delivered: 0, rejected: 0 };
  for (let failures = 0; ; failures += 1) {
    const report = await deliverLeftovers({ directory, postFor, warn: complain, anyHost });
    total.delivered += report.delivered;
    total.rejected += report.rejected;
    const waitMs = pauseMs(failures);
    const mayHelp = report.kept.some(({ error }) => error instanceof UnavailableError);
    if (!mayHelp || Date.now() + waitMs > end) return { ...total, kept: report.kept };
    await pause(waitMs);
  }
}

/** What is in a file of refused operations: how many of them, and why they were refused. */
function describeRejected({ path, url, refusals }: RejectedFile): string {
  const counts = new Map<string, number>();
  for (const { code, message } of refusals) {
    const reason = `${code}: ${message}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `\n  ${count} × ${reason}`);
  return `${path}: ${counted(refusals.length, 'operation')} that ${url} refused${reasons.join('')}`;
}

function flushRejected(
  directory: string,
  { url, end, print, complain }: { url: string | undefined; end: number; print: Say; complain: Say },
): Promise<LeftoverReport> {
  const patiently = (settings: Settings, body: string) =>
    withRetries((signal) => post(settings, body, signal), {
      deadlineMs: Math.max(0, end - Date.now()),
      tryTimeoutMs: settings.tryTimeoutMs,
    });
  const postFor = postForWith(patiently, url, complain);
  return retryRejected({ directory, postFor, warn: complain }, (file) => print(describeRejected(file)));
}

/**
 * `runledger flush`: delivers what processes that have ended left in the spool directory and, with `--rejected`, tries
 * once more what the service had refused. Gives the exit code: 1 when something could not be delivered, or is refused
 * again.
 */
export async function flush(args: string[], print: Say, complain: Say): Promise<number> {
  const { values } = parse(flushSpec, args);
  const end = Date.now() + (parseSeconds(values.timeout, 'timeout') ?? 10_000);
  const { directory } = spoolLocation(process.env);
  const { url } = values;
  // What is wrong with the command line or the environment is said at once, not for every file.
  settingsOf({ url });

  const report = await flushLeftovers(directory, { url, anyHost: values['any-host'] === true, end, complain });
  const again = values.rejected ? await flushRejected(directory, { url, end, print, complain }) : undefined;
  for (const { path, error } of [...report.kept, ...(again?.kept ?? [])])
    complain(`${path} could not be delivered: ${error?.message ?? 'interrupted'}`);
  print(`${report.delivered} delivered, ${report.rejected} refused, ${counted(report.kept.length, 'file')} kept.`);
  if (again) print(`Of those refused before, ${again.delivered} delivered, ${again.rejected} refused again.`);
  const count = listRejectedFiles(directory).length;
  const files = counted(count, 'file');
  if (count > 0 && again) print(`${directory} has ${files} of refused operations left: delete those you give up.`);
  if (count > 0 && !again)
    print(`${directory} has ${files} of refused operations: \`runledger flush --rejected\` shows and retries them.`);
  return report.kept.length > 0 || (again && again.kept.length + again.rejected > 0) ? 1 : 0;
}
