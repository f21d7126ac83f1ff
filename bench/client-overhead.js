// What a buffered log call costs the code that makes it: against a call that does nothing, in µs and as a ratio.
//
//   npm run build && node bench/client-overhead.js [calls]
//
// The service need not run: the call writes to the spool file and returns, whether or not anyone is there to deliver to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logMetadata, pipelineRun, step } from '@runledger/client';

const calls = Number(process.argv[2] ?? 20_000);
const directory = mkdtempSync(join(tmpdir(), 'runledger-bench-'));
process.env.RUNLEDGER_SPOOL_DIR = directory;
process.env.RUNLEDGER_URL ??= 'http://127.0.0.1:4999/graphql';
process.env.RUNLEDGER_STEP_FLUSH_SECONDS = '0';
process.env.RUNLEDGER_EXIT_FLUSH_SECONDS = '0';
console.warn = () => {};

/** Median and 99th percentile of a call in µs. The event loop turns between groups, as in a step that awaits. */
async function measure(call) {
  const times = new Float64Array(calls);
  for (let index = 0; index < calls; index += 1) {
    const start = process.hrtime.bigint();
    call(index);
    times[index] = Number(process.hrtime.bigint() - start) / 1_000;
    if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  times.sort();
  return { median: times[Math.floor(calls / 2)], p99: times[Math.floor(calls * 0.99)] };
}

await pipelineRun({ pipeline: 'bench' }, () =>
  step('bench', async () => {
    const log = (index) => logMetadata({ loss: 1 / (index + 1), epoch: index });
    const nothing = () => {};
    await measure(log);
    await measure(nothing);
    const empty = await measure(nothing);
    const logged = await measure(log);
    for (const at of ['median', 'p99']) {
      const ratio = (logged[at] / empty[at]).toFixed(0);
      console.log(
        `${at}: ${logged[at].toFixed(1)} µs a log call, ${empty[at].toFixed(2)} µs an empty one (× ${ratio})`,
      );
    }
  }),
);
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
