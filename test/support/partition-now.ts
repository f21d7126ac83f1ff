import { type PartitionOptions, partitionEntries } from '../../src/storage/partitioning/partition.ts';

/** Partitions the entries of a database as the command does, without a word and in small pieces, unless it is told otherwise. */
export function partitionNow(url: string, options: Partial<PartitionOptions> = {}): Promise<void> {
  return partitionEntries(url, {
    parts: 4,
    blocks: 16,
    dryRun: false,
    pause: 0,
    lockTimeoutMs: 2_000,
    signal: new AbortController().signal,
    print: () => {},
    ...options,
  });
}
