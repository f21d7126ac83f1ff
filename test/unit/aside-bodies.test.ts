import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createBodyReader } from '../../src/process/aside-bodies.ts';

// Bodies that come by one stream, in pieces that have nothing to do with where one ends.

test('each is as long as was said, whatever the pieces, and whichever comes first', async () => {
  const bodies = [3, 1, 200_000, 0, 70_000, 65_536, 5].map((bytes, n) => Buffer.alloc(bytes, n + 1));
  const stream = new PassThrough();
  const readBody = createBodyReader(stream);
  const all = Buffer.concat(bodies);
  stream.write(all.subarray(0, 2));
  const first = bodies.slice(0, 4).map(({ length }) => readBody(length));
  for (let at = 2; at < all.length; at += 48_611) stream.write(all.subarray(at, at + 48_611));
  const read = await Promise.all([...first, ...bodies.slice(4).map(({ length }) => readBody(length))]);
  expect(read.map((body, n) => body.equals(bodies[n]!))).toEqual(bodies.map(() => true));
});

test('one that is cut off is never given', async () => {
  const stream = new PassThrough();
  const readBody = createBodyReader(stream);
  const given: Buffer[] = [];
  void readBody(2).then((body) => given.push(body));
  void readBody(10).then((body) => given.push(body));
  const ended = new Promise((resolve) => stream.once('end', resolve));
  stream.end('whole');
  await ended;
  expect(given.map(String)).toEqual(['wh']);
});
