import { type ComparisonLeaf, compareLeaves } from '../domain/compare-leaves.ts';
import { type Comparison, type ComparisonRow, compareRuns } from '../domain/compare-runs.ts';
import { builder } from './builder.ts';
import { MetadataEntryRef } from './metadata-entry.ts';
import { PipelineRunRef } from './pipeline-run.ts';
import { reads } from './scopes.ts';

const ComparisonLeafRef = builder.objectRef<ComparisonLeaf>('ComparisonLeaf').implement({
  description: 'What stands at one path inside the objects of a row, run by run.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'The keys that lead to it.' }),
    values: t.field({
      type: ['JSON'],
      nullable: { list: false, items: true },
      description: 'One a run, in the order of `runs`; null where nothing stands there.',
      resolve: ({ cells }) => cells.map((cell) => cell.value as object | null),
    }),
    present: t.booleanList({
      description: 'One a run: whether anything stands there, be it null.',
      resolve: ({ cells }) => cells.map((cell) => cell.present),
    }),
    differs: t.exposeBoolean('differs', { description: 'Whether they are not all equal as JSON.' }),
  }),
});

const ComparisonRowRef = builder.objectRef<ComparisonRow>('ComparisonRow').implement({
  description: 'One key of the runs side by side.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Qualified: `step_name::key` or `key`.' }),
    cells: t.field({
      type: [MetadataEntryRef],
      nullable: { list: false, items: true },
      description: 'One a run, in the order of `runs`; null where the run has no such key.',
      resolve: ({ cells }) => cells,
    }),
    differs: t.exposeBoolean('differs', {
      description: 'Whether the values are not all equal as JSON, or one is missing.',
    }),
    leaves: t.field({
      type: [ComparisonLeafRef],
      nullable: true,
      description:
        'Where all values are DICTs: their leaves side by side, those that differ first. Else null, as for more than 1,000 leaves.',
      resolve: (row) => compareLeaves(row),
    }),
  }),
});

const RunComparison = builder.objectRef<Comparison>('RunComparison').implement({
  description: 'Runs side by side, one row a key.',
  fields: (t) => ({
    runs: t.field({ type: [PipelineRunRef], description: 'In the order of `refs`.', resolve: ({ runs }) => runs }),
    rows: t.field({
      type: [ComparisonRowRef],
      description: 'The keys that differ first, when `keys` was left out; else in the order of `keys`.',
      resolve: ({ rows }) => rows,
    }),
  }),
});

builder.queryField('compareRuns', (t) =>
  t.field({
    ...reads,
    type: RunComparison,
    description:
      'Runs side by side, one row a key. Up to 100 runs; the keys that differ come first when `keys` is left out. Errors: BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS.',
    args: {
      refs: t.arg.stringList({ required: true, description: 'The runs: ids, names, or prefixes.' }),
      keys: t.arg.stringList({ description: 'Plain or qualified; an empty list gives nothing.' }),
    },
    resolve: (_root, { refs, keys }, { db }) => compareRuns(db, refs, keys ?? null),
  }),
);
