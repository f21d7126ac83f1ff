import { finishStep } from '../domain/finish.ts';
import { findStepMetadata, listStepMetadata, qualifyKey } from '../domain/read-metadata.ts';
import { startStep } from '../domain/start-step.ts';
import { notFound } from '../errors.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { builder } from './builder.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { historyField, MetadataEntryRef, resolveHistory } from './metadata-entry.ts';
import { asWrite } from './write.ts';

export const StepRef = builder.prismaObject('Step', {
  fields: (t) => ({
    id: t.expose('id', { type: 'UUID' }),
    name: t.exposeString('name', { description: 'Unique in its run together with the attempt.' }),
    attempt: t.exposeInt('attempt'),
    status: t.expose('status', { type: ExecutionStatusRef, description: 'How the attempt stands.' }),
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
    type: StepRef,
    nullable: true,
    description: 'The step with this id, or null.',
    args: { id: t.arg({ type: 'UUID', required: true }) },
    resolve: (_root, { id }, { db }) => findStepById(db, id),
  }),
);

const StartStepInput = builder.inputType('StartStepInput', {
  description: 'The step to start.',
  fields: (t) => ({
    id: t.field({ type: 'UUID', description: 'Made by the caller so that a retry finds the step it already started.' }),
    run: t.string({ required: true, description: 'The run: id, name, or a prefix of one.' }),
    name: t.string({ required: true, description: '1–255 bytes, not blank, no control characters, no `::`.' }),
    cachedFrom: t.field({
      type: 'UUID',
      description: 'A step whose latest entries the new one takes over; the new one is CACHED from the start.',
    }),
    startedAt: t.field({ type: 'DateTime', description: "Left out: now, by the server's clock." }),
  }),
});

builder.mutationFields((t) => ({
  startStep: t.field({
    type: StepRef,
    description:
      'Starts a step, or the next attempt at the one of this name; earlier attempts that had not completed become RETRIED. With the id of a step that is there, gives that step. Errors: BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS, CONFLICT.',
    args: { input: t.arg({ type: StartStepInput, required: true }) },
    resolve: (_root, { input }, { db }) => asWrite(startStep(db, input)),
  }),
  finishStep: t.field({
    type: StepRef,
    description:
      'Ends a step as COMPLETED, FAILED or CANCELLED. The same status again changes nothing; another is CONFLICT.',
    args: {
      id: t.arg({ type: 'UUID', required: true }),
      status: t.arg({ type: ExecutionStatusRef, required: true, defaultValue: 'COMPLETED' }),
    },
    resolve: (_root, { id, status }, { db }) => asWrite(finishStep(db, id, status)),
  }),
}));
