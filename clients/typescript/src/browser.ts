/**
 * `@runledger/client` in a browser: reading, and logging that waits for its commit. Nothing here depends on Node; what
 * does (steps, the background queue, the spool) is in index.ts.
 */

export type { Change, ChangesOptions } from './changes.ts';
export { type Client, createClient, type KeyListOptions, type RunComparison } from './client.ts';
export type { MetadataEntry } from './entry.ts';
export {
  type InvalidCallCode,
  InvalidCallError,
  RunledgerError,
  type UnavailableCode,
  UnavailableError,
} from './errors.ts';
export type { ReadOptions } from './execute.ts';
export type { FollowOptions } from './follow.ts';
export type {
  ExecutionStatus,
  MetadataCondition,
  MetadataScope,
  MetadataType,
  PipelineRunFilter,
  PipelineRunOrder,
} from './generated/operations.ts';
export type { ListedRun, RunListOptions } from './list-runs.ts';
export type { LoggedMetadata, LogOptions, LogTarget } from './log-now.ts';
export type { Metadata, MetadataValue } from './metadata-entries.ts';
export { DType, Float, Path, StorageSize, Tuple, Uri } from './metadata-types.ts';
export type { ClientOptions } from './options.ts';
export type { RunMetadataSelection, RunReader } from './read-run.ts';
export type { StepReader } from './read-step.ts';
export type { MetadataSeries, RunSeries, SeriesOptions } from './series.ts';
