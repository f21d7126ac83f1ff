import type { CommandSpec } from './command-spec.ts';
import { runSpec, stepSpec } from './execute.ts';
import { exportSpec, importSpec, pruneSpec } from './ledger.ts';
import { compareSpec, completionSpec, followSpec, historySpec, runsSpec, showSpec } from './read.ts';
import { flushSpec, getSpec, logSpec } from './record.ts';
import { keysSpec, migrateSpec, partitionSpec, serveSpec } from './service.ts';

/** All commands, as the help groups them. */
export const groups: readonly (readonly [title: string, commands: readonly CommandSpec[]])[] = [
  ['Record', [runSpec, stepSpec, logSpec, flushSpec]],
  ['Read', [runsSpec, showSpec, historySpec, compareSpec, followSpec, getSpec]],
  ['Serve', [serveSpec, migrateSpec, keysSpec]],
  ['Keep', [exportSpec, importSpec, pruneSpec, partitionSpec]],
  ['Shell', [completionSpec]],
];

export const commands: readonly CommandSpec[] = groups.flatMap(([, specs]) => specs);
