// Fills a service with a month of believable runs, over the public API. The same every time: filling twice adds nothing.
//   npm run demo                          to http://127.0.0.1:4000, or RUNLEDGER_URL
//   npm run demo -- --sweeps=500          with fewer trials (5,000 unless said otherwise)
//   npm run demo -- --live                goes on with runs that happen now, until it is stopped
import { parseArgs } from 'node:util';
import { goLive } from './live.js';
import { runsOf } from './pipelines.js';
import { idOf } from './random.js';
import { ask, mutationsOf } from './send.js';

const { values } = parseArgs({
  options: { sweeps: { type: 'string', default: '5000' }, live: { type: 'boolean', default: false } },
});
const base = process.env.RUNLEDGER_URL ?? 'http://127.0.0.1:4000';
const url = base.endsWith('/graphql') ? base : `${base.replace(/\/+$/, '')}/graphql`;
const apiKey = process.env.RUNLEDGER_API_KEY;
const send = (query, variables) => ask(url, query, variables, apiKey);

/** Whether a run is there already, from an earlier fill. */
async function isThere(name) {
  const { pipelineRun } = await send('query ($ref: String!) { pipelineRun(ref: $ref) { endedAt } }', {
    ref: idOf(`run ${name}`),
  });
  return pipelineRun?.endedAt != null;
}

/** The runs that are being written or are there, by name: what others take steps over from comes first. */
const written = new Map();

async function write(run) {
  if (await isThere(run.name)) return;
  await Promise.all(run.steps.map(({ cachedFrom }) => written.get(cachedFrom)));
  for (const { query, variables } of mutationsOf(run)) await send(query, variables);
}

// To the hour: a fill is of a whole month, and its runs have the same ids whenever it is.
const now = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const runs = runsOf(now, { sweeps: Number(values.sweeps) });
let done = 0;
const queue = runs[Symbol.iterator]();
const started = Date.now();
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (const run of queue) {
      const writing = write(run);
      written.set(run.name, writing);
      await writing;
      done++;
      if (done % 500 === 0) console.log(`${done} of ${runs.length} runs`);
    }
  }),
);
console.log(
  `${runs.length} runs in ${((Date.now() - started) / 1_000).toFixed(1)} s. Open ${url.replace(/\/graphql$/, '/')}`,
);
if (values.live) await goLive(send);
