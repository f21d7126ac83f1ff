// node bench/bad-token-callers.js URL KEY REQUESTS SECONDS, by bench/bad-tokens.js: so many requests that show what is no good key, evenly
// over the time; then says what they were answered with.
import { Agent, request } from 'node:http';
import { makeKey } from '../dist/domain/access/key-format.js';

const [url = '', key = '', requests = '0', seconds = '1'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const body = JSON.stringify({ query: '{ __typename }' });
const claims = Buffer.from(JSON.stringify({ k: 1, r: '0', e: 4_102_444_800 })).toString('base64url');
/** Malformed, unknown, altered, forged, unsigned. */
const bad = [
  'no key',
  `${key}x`,
  () => makeKey().secret,
  key.slice(0, 20) + makeKey().secret.slice(20),
  `rlt_${claims}.${'A'.repeat(43)}`,
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.',
];

/** @param {number} n @returns {Promise<number | undefined>} */
function ask(n) {
  const shown = bad[n % bad.length];
  const token = typeof shown === 'function' ? shown() : shown;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** @type {Map<number | undefined, number>} */
const statuses = new Map();
const begunAt = performance.now();
const total = Number(requests);
/** @type {Promise<void>[]} */
const under = [];
for (let sent = 0; sent < total; ) {
  for (; sent < total && sent <= ((performance.now() - begunAt) / (Number(seconds) * 1_000)) * total; sent += 1)
    under.push(ask(sent).then((status) => void statuses.set(status, (statuses.get(status) ?? 0) + 1)));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await Promise.all(under);
process.send?.([...statuses].map(([status, count]) => `${count} × ${status}`).join(', '), () => process.exit());
