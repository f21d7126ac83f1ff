import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ExecutionStatus } from '@runledger/client/internal/generated/operations';
import { isAlive, startOf } from '@runledger/client/internal/spool/location';
import { type Bases, nameOf, type StepEvent, stepsOf } from './step-events.ts';

const lockMs = 1_000;
const staleLockMs = 10_000;
const pauseMs = 5;

/** The names of the steps that processes of this host record in one run. */
export interface StepNames {
  /** The name to record a step under that is asked for as `asked`. */
  start(asked: string): string;
  /** To be called once that has ended. */
  end(status: ExecutionStatus): void;
}

function readSteps(path: string): Bases {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Nobody has written it yet.
  }
  return stepsOf(text, ({ host, pid, startedAt }) => host !== hostname() || isAlive(pid, startedAt));
}

function note(path: string, event: StepEvent): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(event)}\n`);
  } finally {
    closeSync(file);
  }
}

/** Takes the lock, for which others wait a second at most: a job does not wait for a process that was stopped. */
function lock(path: string): () => void {
  const lockPath = `${path}.lock`;
  const end = Date.now() + lockMs;
  for (;;) {
    try {
      closeSync(openSync(lockPath, 'wx', 0o600));
      return () => rmSync(lockPath, { force: true });
    } catch (error) {
      // Nobody has it: there can be no lock here, however long one waits.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const age = Date.now() - (statSync(lockPath, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN);
      if (age > staleLockMs) rmSync(lockPath, { force: true });
      else if (Date.now() > end) return () => {};
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}

/** The file of a run. It is that of the Python client, so that steps of both count as one. */
function pathOf(directory: string, runId: string): string {
  return join(directory, `${runId.replaceAll('-', '')}.steps`);
}

/**
 * The names of the steps of a run, agreed on by a file in the spool directory: beside a step of the same name that runs, or
 * after one that COMPLETED, it is `train_2`, `train_3` …; after one that did not, it is `train` again, the next attempt.
 * Nothing here throws: where there can be no file, a step has the name that was asked for.
 */
export function openStepNames(directory: string, runId: string): StepNames {
  const path = pathOf(directory, runId);
  const id = randomUUID().replaceAll('-', '');
  return {
    start(asked) {
      let unlock = () => {};
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        unlock = lock(path);
        const name = nameOf(readSteps(path), asked);
        note(path, ['start', asked, name, id, hostname(), process.pid, startOf(process.pid) ?? null]);
        return name;
      } catch {
        return asked;
      } finally {
        unlock();
      }
    },
    end(status) {
      try {
        note(path, ['end', id, status]);
      } catch {
        // Then the next one takes this for a step that runs until its process is gone.
      }
    },
  };
}

/** To be called once the run has ended. */
export function removeStepNames(directory: string, runId: string): void {
  try {
    rmSync(pathOf(directory, runId), { force: true });
  } catch {
    // Where there can be no file, there is none.
  }
}
