import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the page, and the same compressed, where the build has done so. */
export type PageFile = { type: string; etag: string; plain: Buffer; br: Buffer | undefined; gzip: Buffer | undefined };

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** All files of a folder by their path in it, in memory; none where there is no such folder. */
export async function readPageFiles(folder: string): Promise<Map<string, PageFile>> {
  const names: string[] = await readdir(folder, { recursive: true }).catch(() => []);
  const read = (name: string) => (names.includes(name) ? readFile(join(folder, name)) : undefined);
  const files = new Map<string, PageFile>();
  for (const name of names) {
    const type = types[extname(name)];
    if (!type) continue;
    const plain = await readFile(join(folder, name));
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    const [br, gzip] = [await read(`${name}.br`), await read(`${name}.gz`)];
    files.set(name.replaceAll('\\', '/'), { type, etag, plain, br, gzip });
  }
  return files;
}
