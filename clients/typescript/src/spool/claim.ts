import { renameSync } from 'node:fs';
import { startOf } from './location.ts';

/** Claims a file for this process, as `base` with a suffix, and gives its new path; undefined when another was faster. */
export function claim(path: string, base: string): string | undefined {
  const claimed = `${base}.claimed-${process.pid}-${startOf(process.pid) ?? 0}`;
  try {
    renameSync(path, claimed);
    return claimed;
  } catch {
    return undefined;
  }
}
