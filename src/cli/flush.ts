import { parseArgs } from 'node:util';
import { InvalidCallError, UnavailableError } from '../client/errors.ts';
import { endpointUrl, type Settings, settingsOf } from '../client/options.ts';
import { post } from '../client/post.ts';
import { pause, pauseMs } from '../client/retry.ts';
import type { SpoolHeader } from '../client/spool/header.ts';
import { deliverLeftovers } from '../client/spool/leftovers.ts';
import { spoolLocation } from '../client/spool/location.ts';
import { UsageError } from './usage.ts';

/** Where the operations of a file go. The API key goes only to the service it is for, not to any other a file names. */
function settingsFor({ url }: SpoolHeader, given: string | undefined): Settings {
  const settings = settingsOf({ url: given });
  const target = given === undefined ? endpointUrl(url) : settings.url;
  const isOurs = given !== undefined || (process.env['RUNLEDGER_URL'] && settings.url === target);
  return { ...settings, url: target, apiKey: isOurs ? settings.apiKey : () => undefined };
}

/**
 * `runledger flush`: delivers what processes that have ended left in the spool directory. Gives the exit code: 1 when
 * something could not be delivered yet.
 */
export async function flush(
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { url: { type: 'string' }, 'any-host': { type: 'boolean' }, timeout: { type: 'string' } },
  });
  const seconds = values.timeout === undefined ? 10 : Number(values.timeout);
  if (!(seconds >= 0))
    throw new UsageError(`--timeout must be a number of seconds, not ${JSON.stringify(values.timeout)}.`);
  const end = Date.now() + seconds * 1000;
  const { directory } = spoolLocation(process.env);
  // What is wrong with the command line or the environment is said at once, not for every file.
  settingsOf({ url: values.url });
  const postFor = (header: SpoolHeader) => {
    try {
      const settings = settingsFor(header, values.url);
      return (body: string) => post(settings, body, AbortSignal.timeout(settings.tryTimeoutMs));
    } catch (error) {
      if (!(error instanceof InvalidCallError)) throw error;
      complain(`a file of process ${header.pid} on ${header.host} is left alone: ${error.message}`);
      return undefined;
    }
  };
  let delivered = 0;
  let rejected = 0;
  for (let failures = 0; ; failures += 1) {
    const report = await deliverLeftovers({ directory, postFor, warn: complain, anyHost: values['any-host'] === true });
    delivered += report.delivered;
    rejected += report.rejected;
    const waitMs = pauseMs(failures);
    const mayHelp = report.kept.some(({ error }) => error instanceof UnavailableError);
    if (!mayHelp || Date.now() + waitMs > end) {
      for (const { path, error } of report.kept)
        complain(`${path} could not be delivered: ${error?.message ?? 'interrupted'}`);
      print(`${delivered} delivered, ${rejected} refused, ${report.kept.length} files kept.`);
      return report.kept.length > 0 ? 1 : 0;
    }
    await pause(waitMs);
  }
}
