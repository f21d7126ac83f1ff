import type { Readable } from 'node:stream';

/**
 * Takes bodies off a stream, one behind the other, each as long as is said. They do not come by the channel: what Node makes of a
 * message there is freed by a full garbage collection only, and these would be frequent then.
 */
export function createBodyReader(stream: Readable): (bytes: number) => Promise<Buffer> {
  const wanted: { bytes: number; resolve: (body: Buffer) => void }[] = [];
  function serve(): void {
    for (let next = wanted[0]; next; next = wanted[0]) {
      const body = next.bytes === 0 ? Buffer.alloc(0) : (stream.read(next.bytes) as Buffer | null);
      // One that is cut off is never given: that the process has ended is told elsewhere.
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
