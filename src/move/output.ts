import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { MoveError } from './error.ts';

/** Where an export goes: a file, or a stream such as standard output. */
export type Output = { path: string } | { stream: Writable };

/** Half the time of the default, for some percent more bytes. */
const gzipLevel = 4;

/**
 * Writes a file under another name first, and gives it its own when all of it is on the disk: whoever sees it sees it whole.
 * @throws MoveError where it cannot be written.
 */
export async function writeWhole(path: string, write: (partialPath: string) => Promise<void>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await write(partial);
    const file = await open(partial, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw explainFile(error, path);
  }
}

/** Sends bytes to an output, compressed where that is wanted. */
export async function writeBytes(output: Output, bytes: AsyncIterable<Buffer>, gzip: boolean): Promise<void> {
  const send = async (target: Writable) => {
    const source = Readable.from(bytes, { objectMode: false });
    if (gzip) await pipeline(source, createGzip({ level: gzipLevel }), target);
    else await pipeline(source, target);
  };
  if ('stream' in output) await send(output.stream).catch(explainPipe);
  else await writeWhole(output.path, (partial) => send(createWriteStream(partial)));
}

function explainPipe(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')
    throw new MoveError('Whoever read the output has closed it before its end.', { cause: error });
  throw error;
}

/** What the file system says against a file, in words that name it. */
export function explainFile(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/^(ENOENT|EACCES|EPERM|EISDIR|ENOTDIR|ENOSPC|EROFS|EDQUOT|EFBIG|EIO)$/.test(code ?? '')) return error;
  const what = code === 'ENOENT' ? 'there is no such file or folder' : message;
  return new MoveError(`${path}: ${what}.`, { cause: error });
}
