import { Agent } from 'node:http';
import { percentile } from './report.js';
import { send } from './send.js';
import { keys, stepId } from './shape.js';
import { workloads } from './workloads.js';

/** @typedef {{ p50: number, p99: number }} Quantiles in milliseconds */

/**
 * Look-ups by key and writes of two entries at an even rate, and how long they take from when each was due, in this order.
 * @param {{ url: string, rate: number, seconds: number, runs: number, key?: string | undefined }} options
 * @returns {Promise<[Quantiles, Quantiles]>}
 */
export async function measurePaced({ runs, ...rest }) {
  // Of its own: the service closes what has been idle since the measurement before, just when it might be used again.
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const options = { ...rest, agent };
  const randomStep = () => stepId(Math.floor(Math.random() * runs), 1);
  const randomKey = () => /** @type {string} */ (keys[Math.floor(Math.random() * keys.length)]);
  const measured = Promise.all([
    paced({
      ...options,
      make: () => ({ query: workloads['latest']?.query, variables: { id: randomStep(), key: randomKey() } }),
    }),
    paced({
      ...options,
      make: () => ({
        query: workloads['log2']?.query,
        variables: { id: randomStep(), metadata: { [randomKey()]: Math.random(), loss: Math.random() } },
      }),
    }),
  ]);
  return measured.finally(() => agent.destroy());
}

/**
 * Sends what `make` makes at the rate, whether answers come or not.
 * @param {{ url: string, agent: Agent, rate: number, seconds: number, key?: string | undefined, make: () => object }} options
 * @returns {Promise<Quantiles>}
 */
async function paced({ url, agent, rate, seconds, key, make }) {
  /** @type {number[]} */
  const times = [];
  const begunAt = performance.now();
  const total = Math.round(seconds * rate);
  /** @type {Promise<void>[]} */
  const under = [];
  for (let sent = 0; sent < total; ) {
    for (; sent < total && sent * (1_000 / rate) <= performance.now() - begunAt; sent += 1) {
      const due = begunAt + sent * (1_000 / rate);
      under.push(send({ url, agent, key }, make()).then(() => void times.push(performance.now() - due)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
