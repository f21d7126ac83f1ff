/** `@runledger/client/testing`: for tests of steps and pipelines, without a service and without files. */
export type { RecordedEntry } from './read-back.ts';
export { record } from './record.ts';
export type { RecordedRun, RecordedStep } from './recorded.ts';
export type { Recording } from './recorder.ts';
