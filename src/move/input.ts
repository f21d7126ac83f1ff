import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { MoveError } from './error.ts';
import { explainFile } from './output.ts';

/** The bytes of a file, or of standard input (`-`), without their compression. @throws MoveError where they cannot be read. */
export async function* readBytes(path: string, standardInput: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const name = path === '-' ? 'standard input' : path;
  try {
    yield* uncompressed(path === '-' ? standardInput : createReadStream(path, { highWaterMark: 1_048_576 }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR')
      throw new MoveError(`${name} ends before its end: it was cut off. Export it again.`, { cause: error });
    if (code?.startsWith('Z_'))
      throw new MoveError(`${name} is damaged: ${(error as Error).message}.`, { cause: error });
    throw explainFile(error, name);
  }
}

/** By its first two bytes a gzip file is known. */
async function* uncompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const { done, value } = await chunks.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  const all = rejoin(first, chunks);
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* all;
  const gunzip = createGunzip({ chunkSize: 262_144 });
  const fed = pipeline(all, gunzip);
  fed.catch(() => {});
  yield* gunzip;
  await fed;
}

async function* rejoin(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    yield value;
  }
}
