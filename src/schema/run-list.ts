import { prefetchLatest } from '../domain/find-latest.ts';
import { parseRunFilter } from '../domain/parse-run-filter.ts';
import { parseRunOrder } from '../domain/parse-run-order.ts';
import { countRuns, listRuns, type RunListRow } from '../storage/runs/run-list.ts';
import { keysAskedOfNodes } from './asked-keys.ts';
import { builder } from './builder.ts';
import { connectionOf, pageSize, toConnection } from './connection.ts';
import { PipelineRunRef } from './pipeline-run.ts';
import { cursorOf, nameOf, positionOf } from './run-cursor.ts';
import { PipelineRunFilter, SortDirection } from './run-filter.ts';
import { reads } from './scopes.ts';

const MetadataOrder = builder.inputType('MetadataOrder', {
  description:
    'By the number, else the text, of the latest entry under a key. First numbers by value, then texts by bytes, then the rest. Runs without it come last in both directions.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Plain, or `step_name::key`, as for PipelineRun.runMetadata.' }),
    step: t.string({ description: 'Only what this step logged.' }),
    path: t.stringList({ description: 'Into a DICT or LIST, as in a condition.' }),
    direction: t.field({ type: SortDirection, required: true, defaultValue: 'DESC' }),
  }),
});

const PipelineRunOrder = builder.inputType('PipelineRunOrder', {
  description: 'How runs are sorted: by exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    startedAt: t.field({ type: SortDirection }),
    endedAt: t.field({ type: SortDirection, description: 'Runs that are running come last in both directions.' }),
    duration: t.field({
      type: SortDirection,
      description: 'endedAt − startedAt; runs that are running come last in both directions.',
    }),
    name: t.field({ type: SortDirection, description: 'By bytes.' }),
    metadata: t.field({ type: MetadataOrder }),
  }),
});

const PipelineRunConnection = connectionOf(PipelineRunRef, 'PipelineRun', 'A page of runs.');

builder.queryField('pipelineRuns', (t) =>
  t.field({
    ...reads,
    type: PipelineRunConnection,
    description: 'The runs that pass a filter, in order. Newest start first when `orderBy` is left out.',
    args: {
      first: t.arg.int({ defaultValue: 20, description: '0 to 200.' }),
      after: t.arg.string({ description: 'The cursor of the last run seen, in the same order.' }),
      filter: t.arg({ type: PipelineRunFilter }),
      orderBy: t.arg({ type: PipelineRunOrder, description: 'Newest start first when left out.' }),
    },
    resolve: async (_root, args, { db, limits }, info) => {
      const size = pageSize(args.first, 20);
      const filter = parseRunFilter(args.filter, limits);
      const order = parseRunOrder(args.orderBy);
      const name = nameOf(order);
      const rows = await listRuns(db, { filter, order, after: positionOf(name, args.after), take: size + 1 });
      const runs = await prefetchLatest(db, rows.slice(0, size), keysAskedOfNodes(info));
      return toConnection<RunListRow>(
        [...runs, ...rows.slice(size)],
        size,
        args.after,
        (run) => cursorOf(name, run),
        () => countRuns(db, filter),
      );
    },
  }),
);
