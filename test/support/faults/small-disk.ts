import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { temporaryPath } from '../cluster.ts';

/** A file system of its own that can be filled up. */
export type SmallDisk = {
  /** Moves the history of a database onto it: writers find it full then, while the log of Postgres still has room. */
  takeHistory(client: pg.Client, dataDir: string): Promise<void>;
  fill(): void;
  free(): void;
  close(): void;
};

const bytes = 512 * 1024 * 1024;

/** Mounts it; null where that is not allowed. */
export function mountSmallDisk(): SmallDisk | null {
  if (process.getuid?.() !== 0) return null;
  const folder = temporaryPath();
  mkdirSync(folder, { mode: 0o755 });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]).status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const ballast = join(folder, 'ballast');
  return {
    async takeHistory(client, dataDir) {
      const place = join(folder, 'tables');
      const { uid, gid } = statSync(join(dataDir, 'cluster/data'));
      mkdirSync(place, { mode: 0o700 });
      chownSync(place, uid, gid);
      await client.query(`CREATE TABLESPACE small LOCATION '${place}'`);
      await client.query('ALTER TABLE metadata_entry SET TABLESPACE small');
    },
    fill() {
      const file = openSync(ballast, 'w');
      const block = Buffer.alloc(1024 * 1024);
      try {
        for (let size = block.length; size >= 4096; ) {
          try {
            writeSync(file, block, 0, size);
          } catch {
            size /= 2;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    close() {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
