import { callsOf, targetOf } from '@runledger/client/internal/log-input';
import { settingsOf } from '@runledger/client/internal/options';
import { stepFlushMs } from '@runledger/client/internal/senders';
import { spoolLocation } from '@runledger/client/internal/spool/location';
import { openSender } from '@runledger/client/internal/spool/sender';
import { parseMetadata } from './key-values.ts';
import { parseLong } from './options.ts';
import { readInput } from './read-input.ts';
import { parse } from './spec/parse.ts';
import { logSpec } from './spec/record.ts';
import { targetOfOptions } from './target.ts';

/** The keys that the line of an operation logs, to be read. */
function keysOf(line: string): string {
  const { input } = JSON.parse(line) as { input: { entries: { key: string }[] } };
  return input.entries.map(({ key }) => JSON.stringify(key)).join(', ');
}

/**
 * `runledger log`: writes the entries to the spool before it tries anything else, then delivers what was left there and
 * them. Gives the exit code: 0 even when the service is away, 1 when it refused an entry. What it refused is reported here
 * and now, so no file is kept of it.
 */
export async function log(args: string[], complain: (line: string) => void): Promise<number> {
  const { values, positionals } = parse(logSpec, args);
  const target = targetOf(targetOfOptions(values, process.env));
  const options = { iteration: parseLong(values.iteration, 'iteration') };
  const calls = callsOf(await parseMetadata(positionals, readInput), target, options);
  const sender = openSender(
    settingsOf({ url: values.url }),
    spoolLocation(process.env),
    complain,
    (line, { code, message }) =>
      complain(`the service refused ${keysOf(line)} (${code}: ${message}). Nothing of that is kept.`),
  );
  for (const call of calls) sender.log(call);
  await sender.flush(stepFlushMs(), { final: true });
  sender.stop();
  sender.close();
  return sender.rejected > 0 ? 1 : 0;
}
