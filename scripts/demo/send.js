// Turns the plain data of a run into mutations of the public API, and sends them.
import { entriesOf } from './pipelines.js';
import { idOf } from './random.js';

/** JSON with whole numbers of any length. */
export function toJson(value) {
  return JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? `\u0000${item}\u0000` : item))?.replace(
    /"\\u0000(-?\d+)\\u0000"/g,
    '$1',
  );
}

/** Sends one request; tries again while the service is busy. */
export async function ask(url, query, variables, apiKey) {
  for (let failures = 0; ; failures++) {
    const headers = { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) };
    const response = await fetch(url, { method: 'POST', headers, body: toJson({ query, variables }) });
    const { data, errors } = JSON.parse(await response.text());
    if (!errors) return data;
    const code = errors[0].extensions?.code;
    if (!['UNAVAILABLE', 'TIMEOUT'].includes(code) || failures > 8) throw new Error(`${code}: ${errors[0].message}`);
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** failures));
  }
}

const iso = (ms) => new Date(Math.round(ms)).toISOString();

/** The parts of one mutation, in order, with their variables. */
function collect() {
  const fields = [];
  const types = [];
  const variables = {};
  return {
    add(field, inputs) {
      const at = fields.length;
      let text = field;
      for (const [name, [type, value]] of Object.entries(inputs)) {
        types.push(`$${name}${at}: ${type}`);
        variables[`${name}${at}`] = value;
        text = text.replaceAll(`$${name}`, `$${name}${at}`);
      }
      fields.push(`m${at}: ${text}`);
    },
    get: () => ({ query: `mutation (${types.join(', ')}) { ${fields.join(' ')} }`, variables }),
  };
}

const sourceAway = { type: 'ConnectionError', message: 'warehouse.example.com:5439 did not answer in 30 s.' };

function addEnd(mutation, stepId, status, end, failure) {
  mutation.add('finishStep(id: $id, status: $status, endedAt: $end, failure: $failure) { id }', {
    id: ['UUID!', stepId],
    status: ['ExecutionStatus!', status],
    end: ['DateTime!', iso(end)],
    failure: ['FailureInput', failure],
  });
}

/** The mutations that write a run down as it was */
export function mutationsOf(run) {
  const mutation = collect();
  const id = idOf(`run ${run.name}`);
  mutation.add('startRun(input: $run) { id }', {
    run: ['StartRunInput!', { id, name: run.name, pipeline: run.pipeline, startedAt: iso(run.startMs) }],
  });
  const inputs = [];
  const log = (target, { metadata, entries = [], curves }, startMs, endMs, label) => {
    const all = [...(curves ? entriesOf(curves, startMs, endMs - startMs) : []), ...entries];
    const hasMetadata = Object.values(metadata ?? {}).some((value) => value !== undefined);
    // A request takes 1,000 entries at most.
    for (let from = 0; from === 0 || from < all.length; from += 900) {
      const piece = all.slice(from, from + 900);
      const first = from === 0 && hasMetadata;
      if (first || piece.length > 0)
        inputs.push({
          target,
          ...(first ? { metadata } : {}),
          ...(piece.length > 0 ? { entries: piece } : {}),
          loggedAt: iso(endMs),
          requestId: idOf(`log ${run.name} ${label} ${from}`),
        });
    }
  };
  log({ run: id }, run, run.startMs, run.startMs + 500, 'run');
  const ends = [];
  let at = run.startMs + 800;
  for (const step of run.steps) {
    if (step.cachedFrom !== undefined) {
      const cachedFrom = idOf(`step ${step.cachedFrom} ${step.name}`);
      mutation.add('startStep(input: $step) { id }', {
        step: [
          'StartStepInput!',
          { id: idOf(`step ${run.name} ${step.name}`), run: id, name: step.name, cachedFrom, startedAt: iso(at) },
        ],
      });
      at += 300;
      continue;
    }
    for (let attempt = 1; attempt <= (step.attempts ?? 1); attempt++) {
      const isLast = attempt === (step.attempts ?? 1);
      const stepId = idOf(`step ${run.name} ${step.name}${attempt > 1 ? ` ${attempt}` : ''}`);
      const end = at + (isLast ? step.tookMs : step.tookMs * (0.2 + 0.3 * attempt));
      mutation.add('startStep(input: $step) { id }', {
        step: ['StartStepInput!', { id: stepId, run: id, name: step.name, startedAt: iso(at) }],
      });
      if (isLast) {
        log({ stepId }, step, at, end, step.name);
        ends.push([stepId, step.status ?? 'COMPLETED', end, step.failure]);
      } else addEnd(mutation, stepId, 'FAILED', end, sourceAway);
      at = end + 1_200;
    }
  }
  const broken = run.steps.find((step) => step.status === 'FAILED');
  const status = run.status ?? (broken ? 'FAILED' : 'COMPLETED');
  // What is little goes in one request: begun, logged and ended.
  const isLittle = inputs.reduce((sum, { entries }) => sum + (entries?.length ?? 0), 0) < 500;
  if (isLittle && inputs.length > 0)
    mutation.add('logMetadataBatch(inputs: $inputs) { replayed }', { inputs: ['[LogMetadataInput!]!', inputs] });
  const finish = isLittle ? mutation : collect();
  for (const [stepId, state, end, failure] of ends) addEnd(finish, stepId, state, end, failure);
  finish.add('finishRun(ref: $id, status: $status, endedAt: $end, failure: $failure) { id }', {
    id: ['String!', id],
    status: ['ExecutionStatus!', status],
    end: ['DateTime!', iso(Math.max(at, run.startMs + 1_000))],
    failure: ['FailureInput', broken?.failure],
  });
  if (isLittle) return [mutation.get()];
  const logs = inputs.map((input) => ({
    query: 'mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed } }',
    variables: { input },
  }));
  return [mutation.get(), ...logs, finish.get()];
}
