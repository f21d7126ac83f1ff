import { found } from '@runledger/client/internal/entry';

/** The run that the service has under `ref`. Throws a NOT_FOUND where it has none. */
export function foundRun<Run>(run: Run | null | undefined, ref: string): Run {
  return found(run, `run with the id, name or prefix "${ref}"`);
}
