// npm run soak [-- --minutes 10 --connections 32]
// Sends the kinds of requests of a ledger of entries (workloads.js) in turn for some minutes, and prints the memory of the
// service after each, against that after the second: a leak would show as a slope.
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { sendRequests } from './load.js';
import { median, ratio, table } from './report.js';
import { shapeOfEntries, sizeOf } from './shape.js';
import { usualWorkloads, workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    connections: { type: 'string', default: '32' },
    entries: { type: 'string', default: '10000' },
  },
});
const minutes = Number(options.minutes);
const connections = Number(options.connections);
const shape = shapeOfEntries(Number(options.entries));
const kinds = usualWorkloads(shape);
/** Long enough that each kind is sent several times a minute. */
const seconds = 4;

const cluster = await openFilledCluster(shape);
try {
  const server = await startContestant(contestants.ours, cluster.url);
  try {
    /** Memory after each turn of a minute, a list for each minute. @type {number[][]} */
    const memory = [];
    let requests = 0;
    const start = Date.now();
    for (let turn = 0; Date.now() - start < minutes * 60_000; turn += 1) {
      const kind = kinds[turn % kinds.length];
      const { query } = workloads[kind];
      const sent = await sendRequests({ url: server.url, kind, query, shape, connections, seconds, seed: turn });
      requests += sent.requests;
      const minute = Math.floor((Date.now() - start) / 60_000);
      memory[minute] = [...(memory[minute] ?? []), server.memory()];
    }
    const perMinute = memory.slice(0, minutes).map((values) => ({ middle: median(values), peak: Math.max(...values) }));
    const reference = perMinute[1] ?? perMinute[0];
    console.log(
      `${requests.toLocaleString('en')} requests on ${connections} connections, none failed; from ${sizeOf(shape)} on.\n`,
    );
    console.log(
      table(
        ['minute', 'median of memory ÷ that of minute 2', 'peak ÷ that of minute 2'],
        perMinute.map(({ middle, peak }, minute) => [
          `${minute + 1}`,
          ratio(middle / reference.middle),
          ratio(peak / reference.peak),
        ]),
      ),
    );
  } finally {
    await server.stop();
  }
} finally {
  await cluster.close();
}
