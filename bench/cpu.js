import { readdirSync, readFileSync } from 'node:fs';

/** Of a clock tick, by which Linux tells what children that are gone have used. */
const nanosecondsOfTick = 10_000_000;

/**
 * Nanoseconds that a process and all below it have been on a CPU, those that are gone too: as Linux counts them, exact for
 * what runs, to the tick for what has ended. NaN elsewhere.
 * @param {number} pid
 * @returns {number}
 */
export function cpuOfTree(pid) {
  const parents = parentsOfAll();
  if (!parents) return Number.NaN;
  /** @type {(of: number) => number} */
  const total = (of) =>
    ownCpu(of) + [...parents].filter(([, parent]) => parent === of).reduce((sum, [child]) => sum + total(child), 0);
  return total(pid);
}

/** The process that started another; of a backend of Postgres that is the one in charge of all. */
export const parentOf = (/** @type {number} */ pid) => Number(statOf(pid)[1]);

/** What the threads of a process have used, and its children that have ended. */
function ownCpu(/** @type {number} */ pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    // Behind the name, which may have spaces and brackets in it: the fields from the third on.
    const fields = statOf(pid);
    const ended = Number(fields[13]) + Number(fields[14]);
    return threads.reduce((sum, each) => sum + each, 0) + ended * nanosecondsOfTick;
  } catch {
    // It has ended in between, and counts with its parent.
    return 0;
  }
}

function statOf(/** @type {number} */ pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** The parent of each process that there is; null where there is no /proc. */
function parentsOfAll() {
  try {
    const parents = new Map();
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        parents.set(Number(entry), Number(statOf(Number(entry))[1]));
      } catch {
        // It has ended in between.
      }
    }
    return parents;
  } catch {
    return null;
  }
}
