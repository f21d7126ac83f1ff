import { run } from './run.ts';
import { step } from './step.ts';

/** Runs `command` as a run or step, and gives its exit code. */
export function carriedOut(kind: 'run' | 'step', args: string[], command: readonly string[]): Promise<number> {
  return kind === 'run' ? run(args, command) : step(args, command);
}
