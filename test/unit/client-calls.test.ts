import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createClient,
  flush,
  InvalidCallError,
  logMetadata,
  pipelineRun,
  step,
} from '../../clients/typescript/src/index.ts';

let spool: string;
beforeAll(() => {
  spool = mkdtempSync(join(tmpdir(), 'runledger-calls-'));
  vi.stubEnv('RUNLEDGER_SPOOL_DIR', spool);
});
afterAll(() => {
  vi.unstubAllEnvs();
  expect(readdirSync(spool)).toEqual([]);
  rmSync(spool, { recursive: true });
});

/** What a call that must be refused says, whether it throws or rejects. */
async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidCallError);
    return (error as Error).message;
  }
  throw new Error('The call should have been refused.');
}

/** Calls as plain JavaScript may make them: past the types. */
// biome-ignore lint/suspicious/noExplicitAny: the calls are wrong on purpose
type Untyped = any;
const client: Untyped = createClient({ url: 'http://127.0.0.1:9' });
const [log, run, makeStep, make]: Untyped[] = [logMetadata, pipelineRun, step, createClient];
const untypedFlush: Untyped = flush;
const fn = () => {};
const stepId = '0198c2f0-5b1e-7cc3-8d55-2f6a0f3c9f11';

test.each<[string, () => unknown, string]>([
  ['logMetadata, step', () => log({ acc: 1 }, { run: 'r', step: 'train' }), '"step". Did you mean "stepName"?'],
  ['logMetadata, step_id', () => log({ acc: 1 }, { step_id: stepId }), '"step_id". Did you mean "stepId"?'],
  ['logMetadata, itertion', () => log({ acc: 1 }, { itertion: 1 }), '"itertion". Did you mean "iteration"?'],
  ['client.logMetadata', () => client.logMetadata({ acc: 1 }, { run: 'r', step: 'train' }), 'Did you mean "stepName"?'],
  ['createClient, uri', () => make({ uri: 'http://a' }), '"uri". Did you mean "url"?'],
  ['createClient, timeout', () => make({ timeout: 5 }), '"timeout". Did you mean "deadlineMs"?'],
  ['createClient, colour', () => make({ colour: 5 }), '"colour". The options are url, apiKey, deadlineMs'],
  ['pipelineRun, pipline', () => run({ pipline: 'iris' }, fn), '"pipline". Did you mean "pipeline"?'],
  ['step, runId', () => makeStep('train', fn, { runId: 'r' }), '"runId". Did you mean "run"?'],
  ['pipelineRuns, limit', () => client.pipelineRuns({ limit: 5 }), '"limit". Did you mean "pageSize"?'],
  ['metadataKeys, pipelines', () => client.metadataKeys({ pipelines: 'p' }), 'Did you mean "pipeline"?'],
  ['compareRuns, key', () => client.compareRuns(['a'], { key: 'k' }), '"key". Did you mean "keys"?'],
])('an unknown option is refused by name, with the nearest one: %s', async (_, call, message) => {
  expect(await refusal(call)).toContain(message);
});

test('the same holds for every method of a reader', async () => {
  const { readRun } = await import('../../clients/typescript/src/read-run.ts');
  const { settingsOf } = await import('../../clients/typescript/src/options.ts');
  const fields = {
    id: stepId,
    name: 'r',
    pipeline: 'p',
    status: 'RUNNING',
    startedAt: '',
    lastSeenAt: null,
    failure: null,
    endedAt: null,
  } as const;
  const reader: Untyped = readRun(settingsOf({ url: 'http://127.0.0.1:9' }), fields);
  for (const [call, nearest] of [
    [() => reader.step('s', { attemt: 1 }), 'attempt'],
    [() => reader.steps({ includeRetires: true }), 'includeRetried'],
    [() => reader.metadata({ key: ['k'] }), 'keys'],
    [() => reader.metadataHistory('k', { pagesize: 1 }), 'pageSize'],
    [() => reader.metadataHistory('k', { pageSize: 201 }), 'pageSize must be an integer from 1 to 200, not 201'],
    [() => reader.step('s').metadataHistory('k', { pageSize: 1.5 }), 'pageSize must be an integer from 1 to 200'],
    [() => reader.follow({ since: '1', key: ['k'] }), 'The options are keys, after, signal, deadlineMs'],
    [() => reader.step('s').metadata({ perfix: 'k' }), 'prefix'],
    [() => reader.step('s').metadataHistory('k', { limit: 1 }), 'pageSize'],
    [() => reader.step('s').metadataSeries('k', { points: 1 }), 'maxPoints'],
  ] as const)
    expect(await refusal(call)).toContain(nearest);
});

test.each<[string, () => unknown, string]>([
  ['a name for options', () => run('iris', fn), 'the options must be an object, not the string "iris"'],
  ['no options', () => run(fn), 'the options must be an object, not a function'],
  ['a URL for options', () => make('http://a'), 'the options must be an object, not the string "http://a"'],
  ['a step for a target', () => log({ acc: 1 }, 'train'), 'the options must be an object, not the string "train"'],
  ['null', () => make(null), 'the options must be an object, not null'],
  ['a key and a value', () => log('accuracy', 0.9), 'metadata must be an object, or a Map, of keys and values'],
  ['stepId and stepName', () => log({ a: 1 }, { stepId, stepName: 's' }), 'stepId names the step by itself'],
  ['stepId and run', () => log({ a: 1 }, { stepId, run: 'r' }), 'stepId names the step by itself'],
  ['stepId and attempt', () => log({ a: 1 }, { stepId, attempt: 1 }), 'stepId names the step by itself'],
  ['attempt without a step', () => log({ a: 1 }, { attempt: 1 }), 'attempt needs run and stepName'],
  ['attempt of a run', () => log({ a: 1 }, { run: 'r', attempt: 1 }), 'attempt needs run and stepName'],
  ['attempt 1.5', () => log({ a: 1 }, { run: 'r', stepName: 's', attempt: 1.5 }), 'attempt must be an integer'],
  ['a step that is no name', () => log({ a: 1 }, { run: 'r', stepName: 5 }), 'The name of the step must be a string'],
  ['a service without a target', () => log({ a: 1 }, { url: 'http://a' }), 'url needs a target'],
  [
    'pipelineRuns, a page of 1000',
    () => client.pipelineRuns({ pageSize: 1000 }),
    'pageSize must be an integer from 1 to 200',
  ],
  [
    'pipelineRuns, a page of 0',
    () => client.pipelineRuns({ pageSize: 0 }),
    'pageSize must be an integer from 1 to 200',
  ],
  ['an object for a time', () => untypedFlush({ timeoutMs: 5 }), 'give a number of milliseconds'],
  ['no target', () => client.logMetadata({ a: 1 }), 'run must be the id, name or prefix of a run'],
])('a wrong call is refused instead of doing something else: %s', async (_, call, message) => {
  expect(await refusal(call)).toContain(message);
});
