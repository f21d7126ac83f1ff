import { anonymous, sightOfNamed } from '../domain/caller.ts';
import { type OldRunsSummary, previewOldRuns, pruneHistory, pruneRuns } from '../domain/retention.ts';
import { type CommandHost, withDatabase } from './open-for-command.ts';
import { counted } from './progress.ts';

export type PruneCommand = CommandHost & {
  /** Runs that ended before, or history from before. */
  before: Date;
  /** Each a name, or with a `*` at its end the beginning of names; all where there is none. */
  pipelines: readonly string[];
  /** Only history goes, and the latest stays. */
  keepLatest: boolean;
  /** Runs too that never ended, if nothing was heard of them since. */
  unfinished: boolean;
  /** Removes; else it only says what it would remove. */
  apply: boolean;
  /** How to print a table. */
  table: (headers: readonly string[], rows: readonly (readonly string[])[]) => readonly string[];
};

/** Removes old runs, or old history, and says how much; or what it would remove. Resolves with the exit code. */
export function runPruneCommand(command: PruneCommand): Promise<number> {
  const { before, pipelines, keepLatest, unfinished, apply, print } = command;
  const sight = sightOfNamed(pipelines);
  const actor = { caller: { ...anonymous, name: 'runledger prune' }, address: null, tell: () => {} };
  return withDatabase(command, false, async ({ db, where, stopping }) => {
    print(`${where}: ${keepLatest ? 'history' : 'runs that ended'} before ${before.toISOString()}`);
    if (keepLatest) {
      const old = { before, requestsOnly: false, sight };
      const found = await pruneHistory(db, apply ? actor : null, old, stopping);
      print(
        `${counted(found.entries, 'entry', 'entries')} and ${counted(found.requests, 'request id')} of ${counted(found.runs, 'run')}${apply ? ' removed' : ''}.`,
      );
      if (found.left > 0) print(`${counted(found.left, 'run')} of them somebody had locked: run it again.`);
    } else {
      const old = { before, unfinished, sight };
      const found = await previewOldRuns(db, old);
      const lines = found.length > 0 ? command.table(headers, found.map(cells)) : ['There are none.'];
      for (const line of lines) print(line);
      if (apply) print(`${counted(await pruneRuns(db, actor, old, stopping), 'run')} removed.`);
    }
    if (!apply) print('Nothing was removed. Add --apply to remove it.');
    stopping.throwIfAborted();
    return 0;
  });
}

const headers = ['PIPELINE', 'RUNS', 'ENTRIES', 'REQUEST IDS', 'FIRST STARTED', 'LAST STARTED'];

function cells({ pipeline, runs, entries, requests, firstStartedAt, lastStartedAt }: OldRunsSummary): string[] {
  const minute = (time: Date) => time.toISOString().slice(0, 16).replace('T', ' ');
  return [pipeline, `${runs}`, `${entries}`, `${requests}`, minute(firstStartedAt), minute(lastStartedAt)];
}
