// node bench/bad-token-callers.js URL KEY REQUESTS SECONDS, by bench/bad-tokens.js: so many requests that show what is no good key, evenly
// over the time; then says what they were answered with. Whoever does this has a machine of its own, and here it shares the cores:
// so it speaks to sockets, which costs less than an HTTP client does, and takes what of the cores nobody else wants.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { makeKey } from '../dist/domain/access/key-format.js';

setPriority(19);
const [url = '', key = '', requests = '0', seconds = '1'] = process.argv.slice(2);
const { hostname, port, pathname, host } = new URL(url);
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
const body = JSON.stringify({ query: '{ __typename }' });

/** @param {number} n */
function requestOf(n) {
  const shown = bad[n % bad.length];
  const token = typeof shown === 'function' ? shown() : shown;
  return `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** @type {Record<string, number>} */
const statuses = {};
let sent = 0;
let answered = 0;
/** @type {() => void} */
let done = () => {};
const over = new Promise((resolve) => {
  done = () => resolve(undefined);
});
const total = Number(requests);

/** A connection with one request under way at a time; whole answers, as small ones come, are one chunk. */
async function open() {
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, '')).setNoDelay();
  await once(socket, 'connect');
  socket.setEncoding('latin1').on('data', (text) => {
    const status = /^HTTP\/1\.1 (\d+)/.exec(String(text))?.[1];
    if (status === undefined) throw new Error(`Not the beginning of an answer: ${text}`);
    statuses[status] = (statuses[status] ?? 0) + 1;
    answered += 1;
    idle.push(socket);
    if (answered === total) done();
  });
  return socket;
}

const idle = await Promise.all(Array.from({ length: 32 }, open));
const begunAt = performance.now();
while (sent < total) {
  const due = Math.min(total, ((performance.now() - begunAt) / (Number(seconds) * 1_000)) * total);
  // Taken from the front, so that all connections have their turn.
  while (sent < due && idle.length > 0) {
    idle.shift()?.write(requestOf(sent));
    sent += 1;
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await over;
const said = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
process.send?.(said.join(', '), () => process.exit());
