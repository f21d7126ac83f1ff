/**
 * `@runledger/client` in Node: records runs and steps, logs their metadata, and reads it back. Bundlers for browsers get
 * browser.ts instead, by the "browser" condition of the package's exports.
 */
export * from './browser.ts';
export { type EnvironmentOptions, logEnvironment } from './environment/log-environment.ts';
export { logMetadata } from './log.ts';
export { type PipelineRunOptions, pipelineRun, type StartedRun, type StartedStep, step } from './run.ts';
export { currentRun, stepEnvironment } from './scope.ts';
export { flush } from './senders.ts';
