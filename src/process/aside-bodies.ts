import type { Readable } from 'node:stream';

/**
 * Takes bodies off a stream, one behind the other, each as long as is said. They do not come by the channel: what Node makes of a
 * message there is kept until all of the heap is looked through, which would soon be necessary.
 */
export function createBodyReader(stream: Readable): (bytes: number) => Promise<Buffer> {
  const wanted: { bytes: number; resolve: (body: Buffer) => void }[] = [];
  function serve(): void {
    for (let next = wanted[0]; next; next = wanted[0]) {
      const body = next.bytes === 0 ? Buffer.alloc(0) : (stream.read(next.bytes) as Buffer | null);
      // Cut off, it is never given: whoever writes has ended, which is told otherwise.
      if (body?.length !== next.bytes) return;
      wanted.shift();
      next.resolve(body);
    }
  }
  stream.on('readable', serve);
  stream.on('error', () => {});
  return (bytes) =>
    new Promise((resolve) => {
      wanted.push({ bytes, resolve });
      serve();
    });
}
