import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import type { ConnectionLimits } from '../../src/http/connections.ts';
import { listen, type TestServer } from '../support/http.ts';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';
import { until } from '../support/until.ts';

const good = JSON.stringify({ query: '{ __typename }' });

async function limited(
  service: TestService,
  connections: Partial<ConnectionLimits>,
  use: (server: TestServer) => Promise<void>,
) {
  const server = await listen(service, { connections });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

/** A connection, and what came over it. */
async function open(server: TestServer): Promise<{ socket: Socket; heard: () => string; closed: Promise<unknown> }> {
  const socket = connect(server.port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  return { socket, heard: () => heard, closed };
}

test('a head that comes drop by drop is cut off, however many there are, and others notice nothing', async ({
  service,
}) => {
  await limited(service, { headersTimeoutMs: 500 }, async (server) => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => open(server)));
    const drops = setInterval(() => {
      for (const { socket } of slow) if (!socket.destroyed) socket.write('X-A: b\r\n');
    }, 50);
    for (const { socket } of slow) socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\n');
    expect(await (await server.post(good)).json()).toEqual({ data: { __typename: 'Query' } });
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(drops);
    for (const { heard } of slow) expect(heard()).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect(slow.filter(({ heard }) => heard().includes('did not come whole in time')).length).toBeGreaterThan(0);
  });
});

test('a body that comes drop by drop is cut off', async ({ service }) => {
  await limited(service, { headersTimeoutMs: 300, receiveTimeoutMs: 600 }, async (server) => {
    const { socket, heard, closed } = await open(server);
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n',
    );
    const drops = setInterval(() => !socket.destroyed && socket.write(' '), 50);
    await closed;
    clearInterval(drops);
    expect(heard()).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect(service.unexpected).toEqual([]);
  });
});

test('a reader that does not take its answer is cut off', async ({ service }) => {
  const run = await startRun(service, { name: 'large' });
  await log(
    service,
    { run: run.id },
    Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, 'x'.repeat(60_000)])),
  );
  await limited(service, { stallTimeoutMs: 400 }, async (server) => {
    const { socket, closed } = await open(server);
    socket.pause();
    const body = JSON.stringify({ query: '{ pipelineRun(ref: "large") { metadata { value } } }' });
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until('it is being answered', async () => (await server.connections()) === 1);
    await until('it is cut off', async () => (await server.connections()) === 0);
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(6_000_000);
    // One that takes it, slowly, gets all.
    const whole = await (await server.post(body)).json();
    expect(whole.data.pipelineRun.metadata).toHaveLength(100);
  });
});

test('more connections than there may be are closed, and there is room again when others go', async ({ service }) => {
  await limited(service, { maxConnections: 20 }, async (server) => {
    const held = await Promise.all(Array.from({ length: 20 }, () => open(server)));
    const beyond = await open(server);
    await beyond.closed;
    expect(beyond.heard()).toBe('');
    for (const { socket } of held) socket.destroy();
    await until('there is room again', async () => {
      const response = await server.post(good).catch(() => null);
      return response?.status === 200;
    });
  });
});

test('who asks before sending a body is told first whether it may', async ({ service }) => {
  await limited(service, {}, async (server) => {
    const head = (length: number) =>
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const refused = await open(server);
    refused.socket.write(head(99_999_999));
    await refused.closed;
    expect(refused.heard()).toMatch(/^HTTP\/1\.1 413 /);
    const taken = await open(server);
    taken.socket.write(head(good.length));
    await until('it may go on', async () => taken.heard().startsWith('HTTP/1.1 100 '));
    taken.socket.write(good);
    await taken.closed;
    expect(taken.heard()).toContain('{"data":{"__typename":"Query"}}');
  });
});

test('a hundred requests in one piece are answered in turn', async ({ service }) => {
  await limited(service, {}, async (server) => {
    const { socket, heard, closed } = await open(server);
    const request = (last: boolean) =>
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${last ? 'Connection: close\r\n' : ''}Content-Length: ${good.length}\r\n\r\n${good}`;
    socket.write(Array.from({ length: 100 }, (_, n) => request(n === 99)).join(''));
    await closed;
    expect(heard().match(/HTTP\/1\.1 200 /g)).toHaveLength(100);
  });
});
