import { type FollowedChange, followChanges } from '../domain/follow-changes.ts';
import { followRun } from '../domain/follow-run.ts';
import { builder } from './builder.ts';
import { MetadataEntryRef } from './metadata-entry.ts';
import { PipelineRunRef } from './pipeline-run.ts';
import { reads } from './scopes.ts';
import { StepRef } from './step.ts';

builder.subscriptionType({ description: 'Over server-sent events: Accept: text/event-stream.' });

type ChangeOf<Kind extends FollowedChange['kind']> = Extract<FollowedChange, { kind: Kind }>;

const typeNames = {
  run: 'RunChanged',
  step: 'StepChanged',
  entry: 'EntryLogged',
  retraction: 'EntryRetracted',
  deletion: 'RunDeleted',
} as const satisfies Record<FollowedChange['kind'], string>;

const Change = builder.interfaceRef<FollowedChange>('Change').implement({
  description: 'Something happened; `cursor` is what `after` takes.',
  resolveType: ({ kind }) => typeNames[kind],
  fields: (t) => ({
    cursor: t.id({
      description: 'Of one sequence with the ids of entries: the later a change, the greater.',
      resolve: ({ cursor }) => String(cursor),
    }),
  }),
});

builder.objectRef<ChangeOf<'run'>>('RunChanged').implement({
  description: 'A run was started or ended, was taken for dead, or heard of again; `run` is as it is now.',
  interfaces: [Change],
  fields: (t) => ({ run: t.field({ type: PipelineRunRef, resolve: ({ run }) => run }) }),
});

builder.objectRef<ChangeOf<'step'>>('StepChanged').implement({
  description: 'A step was started, ended or superseded, was taken for dead, or heard of again; it is as it is now.',
  interfaces: [Change],
  fields: (t) => ({
    run: t.field({ type: PipelineRunRef, resolve: ({ run }) => run }),
    step: t.field({ type: StepRef, resolve: ({ step }) => step }),
  }),
});

builder.objectRef<ChangeOf<'entry'>>('EntryLogged').implement({
  description: 'An entry was logged.',
  interfaces: [Change],
  fields: (t) => ({
    run: t.field({ type: PipelineRunRef, resolve: ({ run }) => run }),
    entry: t.field({ type: MetadataEntryRef, resolve: ({ entry }) => entry }),
  }),
});

builder.objectRef<ChangeOf<'retraction'>>('EntryRetracted').implement({
  description: 'An entry was taken back.',
  interfaces: [Change],
  fields: (t) => ({
    run: t.field({ type: PipelineRunRef, resolve: ({ run }) => run }),
    entry: t.field({ type: MetadataEntryRef, resolve: ({ entry }) => entry }),
    latest: t.field({
      type: MetadataEntryRef,
      nullable: true,
      description: 'What is latest now under the key, of the same step or run; null when nothing is left.',
      resolve: ({ latest }) => latest,
    }),
  }),
});

builder.objectRef<ChangeOf<'deletion'>>('RunDeleted').implement({
  description: 'A run was deleted with its steps and entries.',
  interfaces: [Change],
  fields: (t) => ({
    runId: t.expose('runId', { type: 'UUID' }),
    name: t.exposeString('name', { description: 'What it was called.' }),
  }),
});

builder.subscriptionFields((t) => ({
  metadataLogged: t.field({
    ...reads,
    type: MetadataEntryRef,
    description:
      'Every entry logged to the run or its steps from now on, each once, in order of id; with `after`, first those that were logged since that entry: a reader that reconnects with the last id it saw misses none. Retracted entries are left out. Completes when the run is deleted. Errors: BAD_USER_INPUT (`after` is not the id of an entry), NOT_FOUND, AMBIGUOUS.',
    args: {
      ref: t.arg.string({ required: true, description: 'The run: id, name, or a prefix of one.' }),
      keys: t.arg.stringList({ description: 'Only these, plain or qualified; an empty list gives nothing.' }),
      after: t.arg.id({ description: 'The id of the last entry seen.' }),
    },
    subscribe: (_root, args, { db, ended }) => followRun(db, args, ended),
    resolve: (entry) => entry,
  }),
  changes: t.field({
    ...reads,
    type: Change,
    description:
      'All that happens to the runs asked for, or to all, on one connection and under one cursor, each once and in order; with `after`, first what happened since. An entry that was retracted since is left out. Completes when all runs asked for are deleted. Errors: BAD_USER_INPUT (`after` is too old or lies ahead: load anew what you show), NOT_FOUND, AMBIGUOUS.',
    args: {
      refs: t.arg.stringList({ description: 'Only these runs: ids, names, or prefixes. Up to 200.' }),
      pipeline: t.arg.string({ description: 'Only runs of this pipeline.' }),
      keys: t.arg.stringList({ description: 'Of entries only these, plain or qualified.' }),
      after: t.arg.id({ description: 'The cursor of the last change seen, or the id of an entry.' }),
    },
    subscribe: (_root, args, { db, ended }) => followChanges(db, args, ended),
    resolve: (change) => change,
  }),
}));
