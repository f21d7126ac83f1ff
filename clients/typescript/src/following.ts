import type { Change, ChangesOptions } from './changes.ts';
import type { OptionNames } from './check-options.ts';
import type { MetadataEntry } from './entry.ts';
import type { FollowOptions } from './follow.ts';
import type { Settings } from './options.ts';

// What follows is loaded when somebody follows: most pages only look, and need not load it.

export const followOptionNames: OptionNames<FollowOptions> = {
  keys: true,
  after: true,
  signal: true,
  deadlineMs: true,
};

export const changesOptionNames: OptionNames<ChangesOptions> = {
  refs: true,
  pipeline: true,
  keys: true,
  after: true,
  signal: true,
  deadlineMs: true,
};

/** The entries of a run as they are logged: see `followRun` in follow.ts. */
export async function* entriesOf(
  settings: Settings,
  run: string,
  options?: FollowOptions,
): AsyncGenerator<MetadataEntry, void> {
  const { followRun } = await import('./follow.ts');
  yield* followRun(settings, run, options);
}

/** All that happens: see `followChanges` in changes.ts. */
export async function* changesOf(settings: Settings, options?: ChangesOptions): AsyncGenerator<Change, void> {
  const { followChanges } = await import('./changes.ts');
  yield* followChanges(settings, options);
}
