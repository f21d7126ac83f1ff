import { findStepMetadata, findStepWithMetadata } from '../domain/find-latest.ts';
import { listStepMetadata } from '../domain/list-latest.ts';
import { qualifyKey } from '../domain/qualified-key.ts';
import { notFound } from '../errors.ts';
import { findFailure } from '../storage/runs/failures.ts';
import { findLastSeen } from '../storage/runs/heartbeats.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { keysAskedOfObject } from './asked-keys.ts';
import { builder } from './builder.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { FailureRef, mayHaveFailed } from './failure.ts';
import { historyField, MetadataEntryRef, resolveHistory } from './metadata-entry.ts';
import { reads } from './scopes.ts';

export const StepRef = builder.prismaObject('Step', {
  fields: (t) => ({
    id: t.expose('id', { type: 'UUID' }),
    name: t.exposeString('name', { description: 'Unique in its run together with the attempt.' }),
    attempt: t.exposeInt('attempt'),
    status: t.expose('status', { type: ExecutionStatusRef, description: 'How the attempt stands.' }),
    failure: t.field({
      type: FailureRef,
      nullable: true,
      description: 'Why it FAILED or CRASHED, or, of an attempt that was superseded, had failed; else null.',
      resolve: (step, _args, { db }) =>
        mayHaveFailed(step.status) ? findFailure(db, { runId: step.runId, scopeId: step.id }) : null,
    }),
    lastSeenAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its process was last heard of: it said that it lives, or logged something since. Null where it never said that it lives.',
      resolve: (step, _args, { db }) => findLastSeen(db, { runId: step.runId, scopeId: step.id }),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'As given to startStep, else by the server.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    runMetadata: t.field({
      type: MetadataEntryRef,
      nullable: true,
      description: 'The latest entry under a key, or null when the step never logged it.',
      args: { key: t.arg.string({ required: true }) },
      resolve: (step, { key }, { db }) => findStepMetadata(db, step, key),
    }),
    metadata: t.field({
      type: [MetadataEntryRef],
      description: 'The latest entry of every key, by key.',
      args: {
        keys: t.arg.stringList({ description: 'Plain or qualified keys; an empty list gives nothing.' }),
        prefix: t.arg.string({ description: 'What the key begins with.' }),
      },
      resolve: (step, args, { db }) => listStepMetadata(db, step, args),
    }),
    metadataHistory: t.field({
      ...historyField,
      args: {
        key: t.arg.string({ required: true }),
        first: t.arg.int({ defaultValue: 50, description: '0 to 200.' }),
        after: t.arg.string({ description: 'The cursor of the last entry seen.' }),
        includeRetracted: t.arg.boolean({
          defaultValue: false,
          description: 'Without their values, which are erased.',
        }),
      },
      resolve: (step, args, context) => resolveHistory(context, { runId: step.runId, stepId: step.id }, args),
    }),
  }),
});

builder.prismaObjectField('Step', 'cachedFrom', (t) =>
  t.field({
    type: StepRef,
    nullable: true,
    description: 'The step whose result, and metadata, this one took over instead of executing.',
    resolve: ({ cachedFromId }, _args, { db }) => (cachedFromId === null ? null : findStepById(db, cachedFromId)),
  }),
);

builder.objectFields(MetadataEntryRef, (t) => ({
  qualifiedKey: t.string({
    description: '`step_name::key` for an entry of a step, `key` for an entry of a run.',
    resolve: async ({ runId, scopeId, key, stepName }, _args, { db }) => {
      if (scopeId === runId) return key;
      if (stepName != null) return qualifyKey(stepName, key);
      const step = await findStepById(db, scopeId);
      if (!step) throw notFound('The run of this entry was deleted while it was read.');
      return qualifyKey(step.name, key);
    },
  }),
  step: t.field({
    type: StepRef,
    nullable: true,
    description: 'The attempt that logged it. Null for an entry of the run itself.',
    resolve: ({ runId, scopeId }, _args, { db }) => (scopeId === runId ? null : findStepById(db, scopeId)),
  }),
}));

builder.queryField('step', (t) =>
  t.field({
    ...reads,
    type: StepRef,
    nullable: true,
    description: 'The step with this id, or null.',
    args: { id: t.arg({ type: 'UUID', required: true }) },
    resolve: (_root, { id }, { db }, info) => findStepWithMetadata(db, id, keysAskedOfObject(info)),
  }),
);
