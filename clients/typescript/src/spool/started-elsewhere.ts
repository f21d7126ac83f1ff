import { readFileSync } from 'node:fs';
import { UnavailableError } from '../errors.ts';
import { readHeader } from './header.ts';
import { listSpoolFiles } from './location.ts';

/** An operation has to wait for what another process has yet to start. */
export class StartsElsewhereError extends UnavailableError {
  constructor() {
    super('UNAVAILABLE', 'Another process has yet to start the run or step of an operation.');
    this.name = 'StartsElsewhereError';
  }
}

/** Whether a file of the directory other than `base` has yet to start a run or step with one of these ids. */
export function isStartedElsewhere(directory: string, base: string, ids: readonly string[]): boolean {
  const wanted = ids.map((id) => `"id":${JSON.stringify(id)}`);
  const starts = (text: string) =>
    text.split('\n').some((line) => /^\{"op":"start(Run|Step)"/.test(line) && wanted.some((id) => line.includes(id)));
  return listSpoolFiles(directory).some((file) => {
    try {
      if (file.base === base) return false;
      const delivered = readHeader(file.path)?.delivered ?? 0;
      return starts(readFileSync(file.path).toString('utf8', delivered));
    } catch {
      return false;
    }
  });
}
