import { createHash } from 'node:crypto';
import {
  type ConditionInput,
  type FilterInput,
  parsePath,
  parseRunFilter,
  parseSource,
} from '../domain/parse-run-filter.ts';
import { prefetchLatest } from '../domain/read-metadata.ts';
import { badInput } from '../errors.ts';
import { countRuns, listRuns, type RunListRow, type RunOrder, type RunPosition } from '../storage/runs/run-list.ts';
import { keysAskedOfNodes } from './asked-keys.ts';
import { builder } from './builder.ts';
import { asInstant, connectionOf, decodeCursor, encodeCursor, pageSize, toConnection } from './connection.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { MetadataTypeRef } from './metadata-type.ts';
import { PipelineRunRef } from './pipeline-run.ts';

const SortDirection = builder.enumType('SortDirection', {
  description: 'Which way a list is sorted.',
  values: ['ASC', 'DESC'] as const,
});

const MetadataCondition = builder.inputRef<ConditionInput>('MetadataCondition');
MetadataCondition.implement({
  description:
    'A condition on the latest entry under a key; every field given must hold. With only a key: that it exists.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Plain, or `step_name::key`, as for PipelineRun.runMetadata.' }),
    step: t.string({
      description:
        'Only what this step logged; without it, the latest in the run, as PipelineRun.runMetadata finds it.',
    }),
    path: t.stringList({
      description: 'Into a DICT or LIST: `["f1"]`, `["classes", "0"]`. Every other field is about what stands there.',
    }),
    exists: t.boolean({ description: 'False finds the runs without the key.' }),
    type: t.field({ type: MetadataTypeRef, description: 'At a path: what the JSON there is.' }),
    equals: t.field({
      type: 'JSON',
      description: 'Equal as JSON: `1` equals `1.0`, `"1"` does not. `null` is the logged null.',
    }),
    in: t.field({ type: ['JSON'], description: 'Equal to one of these; at most 1,000 in a filter.' }),
    gt: t.float({ description: 'A number greater than this; what is no number never is.' }),
    gte: t.float({ description: 'A number, this or greater.' }),
    lt: t.float({ description: 'A number less than this.' }),
    lte: t.float({ description: 'A number, this or less.' }),
    contains: t.string({ description: 'Text, as it is: no character of it is a wildcard.' }),
    startsWith: t.string({ description: 'Text, as it is: no character of it is a wildcard.' }),
  }),
});

const PipelineRunFilter = builder.inputRef<FilterInput>('PipelineRunFilter');
PipelineRunFilter.implement({
  description: 'Every field given must hold.',
  fields: (t) => ({
    pipeline: t.string({ description: 'The name of the pipeline, exactly.' }),
    status: t.field({ type: [ExecutionStatusRef], description: 'One of these.' }),
    namePrefix: t.string({ description: 'What the name begins with; no character of it is a wildcard.' }),
    startedAfter: t.field({ type: 'DateTime', description: 'At this instant or later.' }),
    startedBefore: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    metadata: t.field({ type: MetadataCondition }),
    and: t.field({ type: [PipelineRunFilter], description: 'All of these; of none, every run.' }),
    or: t.field({ type: [PipelineRunFilter], description: 'One of these; of none, no run.' }),
    not: t.field({ type: PipelineRunFilter, description: 'Not this; so runs without a key pass a `not` about it.' }),
  }),
});

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
    name: t.field({ type: SortDirection, description: 'By bytes.' }),
    metadata: t.field({ type: MetadataOrder }),
  }),
});

type OrderInput = typeof PipelineRunOrder.$inferInput;

function parseOrder(input: OrderInput | null | undefined): RunOrder {
  if (input?.name) return { by: 'name', descending: input.name === 'DESC' };
  if (!input?.metadata) return { by: 'startedAt', descending: input?.startedAt !== 'ASC' };
  const { key, step, path, direction } = input.metadata;
  const source = parseSource(key, step);
  if (!source) throw badInput(`orderBy: nothing can be stored under the key ${JSON.stringify(key.slice(0, 60))}.`);
  return { by: 'metadata', source, path: parsePath(path), descending: direction === 'DESC' };
}

/** Tells orders from one another in a cursor, which is a place in one of them only. */
function nameOf(order: RunOrder): string {
  if (order.by !== 'metadata') return `runs ${order.by} ${order.descending ? 'DESC' : 'ASC'}`;
  return `runs ${createHash('sha256').update(JSON.stringify(order)).digest('base64url').slice(0, 12)}`;
}

function cursorOf(order: string, { id, startedAt, name, sortClass, sortNumber, sortText }: RunListRow): string {
  return encodeCursor(order, id, startedAt.getTime(), name, sortClass ?? 3, sortNumber ?? null, sortText ?? null);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** No more digits than a `numeric` of Postgres has room for. */
const decimal = /^-?\d{1,131072}(\.\d{1,16383})?$/;

/** @throws BAD_USER_INPUT for what is no cursor, or one of another order. */
function placeOf(order: string, cursor: string | null | undefined): RunPosition | null {
  const parsed = decodeCursor(
    order,
    cursor,
    ([id, time, name, sortClass, sortNumber, sortText]): [RunPosition] | null => {
      const startedAt = asInstant(time);
      if (typeof id !== 'string' || !uuid.test(id) || !startedAt || typeof name !== 'string' || name.includes('\0'))
        return null;
      if (sortClass === 3) return [{ id, startedAt, name, sortClass }];
      if (sortClass === 0 && typeof sortNumber === 'string' && decimal.test(sortNumber))
        return [{ id, startedAt, name, sortClass, sortNumber }];
      const isText = typeof sortText === 'string' && !sortText.includes('\0');
      if ((sortClass === 1 || sortClass === 2) && isText) return [{ id, startedAt, name, sortClass, sortText }];
      return null;
    },
  );
  return parsed?.[0] ?? null;
}

const PipelineRunConnection = connectionOf(PipelineRunRef, 'PipelineRun', 'A page of runs.');

builder.queryField('pipelineRuns', (t) =>
  t.field({
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
      const order = parseOrder(args.orderBy);
      const name = nameOf(order);
      const rows = await listRuns(db, { filter, order, after: placeOf(name, args.after), take: size + 1 });
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
