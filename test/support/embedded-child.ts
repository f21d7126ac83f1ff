import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EmbeddedPostgres } from '../../src/storage/embedded/open.ts';

type ChildAnswer =
  | { state: 'ready' | 'closed' }
  | { state: 'open'; connection: EmbeddedPostgres['connection'] }
  | { state: 'failed'; name: string; message: string };

export type EmbeddedChild = {
  pid: number;
  /** Lets it take its next step (open, then close) and gives what it says of it. */
  proceed(): Promise<ChildAnswer>;
  /** Lets it take its next step without waiting. */
  push(): void;
  /** SIGKILL to its whole process group, as when a terminal or a container goes away. */
  killGroup(): Promise<void>;
};

const script = fileURLToPath(new URL('embedded-child.js', import.meta.url));

/** Starts another process that is ready to open the embedded Postgres of `dataDir`. */
export async function startChild(dataDir: string): Promise<EmbeddedChild> {
  const child = spawn(process.execPath, [script, dataDir], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const answer = async (): Promise<ChildAnswer> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The child ended without an answer (${exit(child)})`);
    return JSON.parse(value) as ChildAnswer;
  };
  await answer();
  const push = (): void => {
    child.stdin!.write('\n');
  };
  return {
    pid: child.pid!,
    push,
    proceed() {
      push();
      return answer();
    },
    async killGroup() {
      if (exit(child) !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch (error) {
        // It may have ended by itself, which is yet to be heard of.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await ended;
    },
  };
}

function exit(child: ChildProcess): string | number | null {
  return child.signalCode ?? child.exitCode;
}
