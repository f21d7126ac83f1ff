import { findRunMetadata } from '../domain/find-latest.ts';
import { findRun } from '../domain/find-run.ts';
import { findStep } from '../domain/find-step.ts';
import { listRunMetadata } from '../domain/list-latest.ts';
import { notFound } from '../errors.ts';
import type { RunRow, StepRow } from '../storage/rows.ts';
import { findFailure } from '../storage/runs/failures.ts';
import { findLastSeen } from '../storage/runs/heartbeats.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { countSteps, listSteps } from '../storage/runs/step-list.ts';
import { builder } from './builder.ts';
import {
  asInstant,
  asInteger,
  connectionOf,
  decodeCursor,
  encodeCursor,
  pageSize,
  toConnection,
} from './connection.ts';
import type { Context } from './context.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { FailureRef, mayHaveFailed } from './failure.ts';
import { historyField, MetadataEntryRef, resolveHistory } from './metadata-entry.ts';
import { MetadataScopeRef } from './metadata-type.ts';
import { reads } from './scopes.ts';
import { StepRef } from './step.ts';

const StepConnection = connectionOf(StepRef, 'Step', 'A page of steps.');

export const PipelineRunRef = builder.prismaObject('PipelineRun', {
  fields: (t) => ({
    id: t.expose('id', { type: 'UUID' }),
    name: t.exposeString('name'),
    pipeline: t.exposeString('pipeline'),
    status: t.expose('status', { type: ExecutionStatusRef, description: 'How the run stands.' }),
    failure: t.field({
      type: FailureRef,
      nullable: true,
      description: 'Why it FAILED or CRASHED, or, of an attempt that was superseded, had failed; else null.',
      resolve: (run, _args, { db }) =>
        mayHaveFailed(run.status) ? findFailure(db, { runId: run.id, scopeId: run.id }) : null,
    }),
    lastSeenAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its process was last heard of: it said that it lives, or logged something since. Null where it never said that it lives.',
      resolve: (run, _args, { db }) => findLastSeen(db, { runId: run.id, scopeId: run.id }),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'As given to startRun, else by the server.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    step: t.field({
      type: StepRef,
      nullable: true,
      description: 'The newest attempt of the step of this name, or the attempt asked for.',
      args: { name: t.arg.string({ required: true }), attempt: t.arg.int({ description: 'Counted from 1.' }) },
      resolve: (run, { name, attempt }, { db }) => findStep(db, run.id, name, attempt),
    }),
    steps: t.field({
      type: StepConnection,
      description: 'In the order they were started. Superseded attempts only on request.',
      args: {
        first: t.arg.int({ defaultValue: 50, description: '0 to 200.' }),
        after: t.arg.string({ description: 'The cursor of the last step seen.' }),
        includeRetried: t.arg.boolean({
          defaultValue: false,
          description: 'Superseded attempts too, whatever their status.',
        }),
      },
      resolve: (run, args, context) => resolveSteps(run, args, context),
    }),
    runMetadata: t.field({
      type: MetadataEntryRef,
      nullable: true,
      description:
        'The latest entry under a key, whether the run or one of its steps logged it; `step_name::key` asks one step. Of a step that was tried again, only the newest attempt counts.',
      args: { key: t.arg.string({ required: true }) },
      resolve: (run, { key }, { db }) => findRunMetadata(db, run, key),
    }),
    metadata: t.field({
      type: [MetadataEntryRef],
      description: 'The latest entry of every key, of the run and of each of its steps, by key.',
      args: {
        keys: t.arg.stringList({ description: 'Plain or qualified keys; an empty list gives nothing.' }),
        prefix: t.arg.string({ description: 'What the key begins with; with `::` in it, the qualified key.' }),
        scope: t.arg({ type: MetadataScopeRef, defaultValue: 'ALL' }),
      },
      resolve: (run, { scope, ...selection }, { db }) => listRunMetadata(db, run.id, scope ?? 'ALL', selection),
    }),
    metadataHistory: t.field({
      ...historyField,
      description: `${historyField.description} Those of superseded attempts are among them.`,
      args: {
        key: t.arg.string({
          required: true,
          description: 'Plain, or `step_name::key` for the newest attempt of one step.',
        }),
        first: t.arg.int({ defaultValue: 50, description: '0 to 200.' }),
        after: t.arg.string({ description: 'The cursor of the last entry seen.' }),
        includeRetracted: t.arg.boolean({
          defaultValue: false,
          description: 'Without their values, which are erased.',
        }),
      },
      resolve: (run, args, context) => resolveHistory(context, { runId: run.id, stepId: null }, args),
    }),
  }),
});

async function resolveSteps(
  run: RunRow,
  args: {
    first?: number | null | undefined;
    after?: string | null | undefined;
    includeRetried?: boolean | null | undefined;
  },
  { db }: Context,
) {
  const size = pageSize(args.first, 50);
  const includeSuperseded = args.includeRetried ?? false;
  const cursor = decodeCursor('steps', args.after, ([time, place]) => {
    const startedAt = asInstant(time);
    const ordinal = asInteger(place);
    return startedAt && ordinal !== null ? [{ startedAt, ordinal }] : null;
  });
  const rows = await listSteps(db, { runId: run.id, includeSuperseded, after: cursor?.[0] ?? null, take: size + 1 });
  return toConnection<StepRow>(
    rows,
    size,
    args.after,
    (step) => encodeCursor('steps', step.startedAt.getTime(), step.ordinal),
    () => countSteps(db, run.id, includeSuperseded),
  );
}

/** A step's and an entry's run is there unless it was deleted between two look-ups of one request. */
export async function requireOwner(context: Context, runId: string): Promise<RunRow> {
  const run = await findRunById(context.db, runId);
  if (!run) throw notFound('The run was deleted while it was read.');
  return run;
}

builder.prismaObjectField('Step', 'run', (t) =>
  t.field({
    type: PipelineRunRef,
    description: 'The run that it is a step of.',
    resolve: ({ runId }, _args, context) => requireOwner(context, runId),
  }),
);

builder.objectField(MetadataEntryRef, 'run', (t) =>
  t.field({
    type: PipelineRunRef,
    description: 'The run it was logged to, itself or through a step.',
    resolve: ({ runId }, _args, context) => requireOwner(context, runId),
  }),
);

builder.queryField('pipelineRun', (t) =>
  t.field({
    ...reads,
    type: PipelineRunRef,
    nullable: true,
    description:
      'The run with this id; else the one with exactly this name; else the only one whose name or id starts with it. Null when there is none; AMBIGUOUS, naming the candidates, when there are several.',
    args: { ref: t.arg.string({ required: true }) },
    resolve: (_root, { ref }, { db }) => findRun(db, ref),
  }),
);
