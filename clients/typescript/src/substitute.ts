import type { MetadataEntry } from './entry.ts';
import type { LogCall } from './log-input.ts';
import type { Sender } from './spool/sender.ts';

/** What stands in the place of the service while a test records. */
export interface Substitute {
  readonly sender: Sender;
  /** Takes what is logged directly, and gives it as it would be read back. */
  logNow(call: LogCall): MetadataEntry[];
}

let find: () => Substitute | undefined = () => undefined;

/** Says from now on how to find the substitute of the calling code. */
export function findSubstitutesBy(finder: () => Substitute | undefined): void {
  find = finder;
}

/** What the calling code says its metadata to instead of a service; undefined unless a test records it. */
export function currentSubstitute(): Substitute | undefined {
  return find();
}
