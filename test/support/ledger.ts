import type { TestService } from './service.ts';

// The writes that most tests begin with, each in one line.

type Run = { id: string; name: string };
type Step = { id: string; name: string; attempt: number; status: string };

/** Starts a run and gives it. */
export async function startRun(service: TestService, input: Record<string, unknown> = {}): Promise<Run> {
  const query = 'mutation ($input: StartRunInput!) { startRun(input: $input) { id name } }';
  return (await service.run(query, { input })).startRun;
}

/** Starts a step and gives it. */
export async function startStep(
  service: TestService,
  run: string,
  name: string,
  more: Record<string, unknown> = {},
): Promise<Step> {
  const query = 'mutation ($input: StartStepInput!) { startStep(input: $input) { id name attempt status } }';
  return (await service.run(query, { input: { run, name, ...more } })).startStep;
}

/** Ends a step. */
export async function finishStep(service: TestService, id: string, status = 'COMPLETED'): Promise<Step> {
  const query =
    'mutation ($id: UUID!, $status: ExecutionStatus!) { finishStep(id: $id, status: $status) { id name attempt status } }';
  return (await service.run(query, { id, status })).finishStep;
}

export const logMutation =
  'mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed entries { id key value } run { id } step { id attempt } } }';

export const logBatchMutation =
  'mutation ($inputs: [LogMetadataInput!]!) { logMetadataBatch(inputs: $inputs) { replayed entries { id key value } run { id } step { id attempt } } }';

/** What `logMutation` answers. */
export type Logged = {
  replayed: boolean;
  entries: { id: string; key: string; value: unknown }[];
  run: { id: string };
  step: { id: string; attempt: number } | null;
};

/** Logs to a target. */
export async function log(
  service: TestService,
  target: Record<string, unknown>,
  metadata: Record<string, unknown> | undefined,
  more: Record<string, unknown> = {},
): Promise<Logged> {
  return (await service.run(logMutation, { input: { target, metadata, ...more } })).logMetadata;
}

/** The latest value under a key of a run. */
export async function latestOfRun(service: TestService, ref: string, key: string): Promise<unknown> {
  const query = 'query ($ref: String!, $key: String!) { pipelineRun(ref: $ref) { runMetadata(key: $key) { value } } }';
  return (await service.run(query, { ref, key })).pipelineRun.runMetadata?.value;
}

/** The latest value under a key of a step. */
export async function latestOfStep(service: TestService, id: string, key: string): Promise<unknown> {
  const query = 'query ($id: UUID!, $key: String!) { step(id: $id) { runMetadata(key: $key) { value } } }';
  return (await service.run(query, { id, key })).step.runMetadata?.value;
}
