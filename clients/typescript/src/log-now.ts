import { entryOf, type MetadataEntry } from './entry.ts';
import { execute } from './execute.ts';
import { LogMetadata, type LogMetadataInput } from './generated/operations.ts';
import { rawJson } from './json/raw.ts';
import { callsOf, type LogOptions, type LogTarget, targetOf, textOfCall } from './log-input.ts';
import type { Metadata } from './metadata-entries.ts';
import { isDisabled, type Settings } from './options.ts';
import { currentSubstitute } from './substitute.ts';

export type { LogOptions, LogTarget };

/** What was committed. */
export interface LoggedMetadata {
  /** In the order of the keys in the call. */
  readonly entries: readonly MetadataEntry[];
}

/**
 * Logs and waits for the commit, trying again until the client's deadline. What is too much for one request (1,000
 * entries, 1 MiB) goes out in several, each committed as a whole or not at all.
 */
export async function logNow(
  settings: Settings,
  metadata: Metadata,
  target: LogTarget & LogOptions,
): Promise<LoggedMetadata> {
  const substitute = currentSubstitute();
  const entries: MetadataEntry[] = [];
  for (const call of callsOf(metadata, targetOf(target), target)) {
    if (substitute) {
      entries.push(...substitute.logNow(call));
      continue;
    }
    // The text is a LogMetadataInput already, and is sent as it stands.
    const input = rawJson(textOfCall(call)) as unknown as LogMetadataInput;
    if (isDisabled()) continue;
    const { logMetadata } = await execute(settings, LogMetadata, { input });
    entries.push(...logMetadata.entries.map(entryOf));
  }
  return { entries };
}
