import { type Logged, logMetadata, logMetadataBatch } from '../domain/log-metadata.ts';
import type { LogMetadata } from '../domain/parse-entries.ts';
import { notFound } from '../errors.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { builder } from './builder.ts';
import { MetadataEntryRef } from './metadata-entry.ts';
import { MetadataTypeRef } from './metadata-type.ts';
import { PipelineRunRef } from './pipeline-run.ts';
import { writesToRun } from './scopes.ts';
import { StepRef } from './step.ts';
import { asWrite } from './write.ts';

const StepRefInput = builder.inputType('StepRef', {
  description: 'A step by its name and run.',
  fields: (t) => ({
    run: t.string({ required: true, description: 'The run: id, name, or a prefix of one.' }),
    name: t.string({ required: true }),
    attempt: t.int({ description: 'The newest when left out.' }),
  }),
});

const MetadataTarget = builder.inputType('MetadataTarget', {
  description: 'What the entries are of: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    stepId: t.field({ type: 'UUID', description: 'A step by its id.' }),
    step: t.field({ type: StepRefInput, description: 'A step by its name and run.' }),
    run: t.string({ description: 'A run: id, name, or a prefix of one.' }),
  }),
});

const MetadataEntryInput = builder.inputType('MetadataEntryInput', {
  description: 'One entry with a type or an iteration of its own.',
  fields: (t) => ({
    key: t.string({ required: true, description: '1–255 bytes of UTF-8, not blank, no control characters.' }),
    value: t.field({ type: 'JSON', description: 'To log nothing on purpose, give null.' }),
    type: t.field({ type: MetadataTypeRef, description: 'Inferred from the value when left out.' }),
    iteration: t.field({ type: 'Long', description: 'What is counted along with the value: an epoch, a batch.' }),
    loggedAt: t.field({
      type: 'DateTime',
      description: "By the writer's clock; that of the call when left out.",
    }),
  }),
});

const LogMetadataInput = builder.inputType('LogMetadataInput', {
  description: 'What to log, and to what.',
  fields: (t) => ({
    target: t.field({ type: MetadataTarget, required: true }),
    metadata: t.field({
      type: 'JSONObject',
      description: 'Keys to values, types inferred. At least one of `metadata` and `entries` has something in it.',
    }),
    entries: t.field({
      type: [MetadataEntryInput],
      description: 'Entries with a type or an iteration of their own; they follow those of `metadata`.',
    }),
    requestId: t.field({
      type: 'UUID',
      description: 'Made by the caller before the first try: a retry with the same id logs nothing twice.',
    }),
    loggedAt: t.field({ type: 'DateTime', description: "By the writer's clock. Left out: now, by the server's." }),
  }),
});

const LogMetadataPayload = builder.objectRef<Logged>('LogMetadataPayload').implement({
  description: 'What was logged, and where.',
  fields: (t) => ({
    entries: t.field({
      type: [MetadataEntryRef],
      description: 'In the order they were sent.',
      resolve: ({ entries }) => entries,
    }),
    run: t.field({
      type: PipelineRunRef,
      description: 'The run that was logged to, itself or through a step.',
      resolve: async ({ runId }, _args, { db }) => {
        const run = await findRunById(db, runId);
        if (!run) throw notFound('The entries were logged, and their run was deleted since.');
        return run;
      },
    }),
    step: t.field({
      type: StepRef,
      nullable: true,
      description: 'The step that was logged to; null for a run.',
      resolve: ({ stepId }, _args, { db }) => (stepId === null ? null : findStepById(db, stepId)),
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'True when this requestId had been committed before: these are the entries of that time.',
    }),
  }),
});

const errors = 'Errors: BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS, CONFLICT, UNAVAILABLE, TIMEOUT.';

builder.mutationFields((t) => ({
  logMetadata: t.field({
    ...writesToRun,
    type: LogMetadataPayload,
    description: `Attaches metadata to a step (and so to its run), or to a run. All entries are committed when it answers, or none is. ${errors}`,
    args: { input: t.arg({ type: LogMetadataInput, required: true }) },
    resolve: (_root, { input }, { db, limits }) => asWrite(logMetadata(db, limits, input as LogMetadata)),
  }),
  logMetadataBatch: t.field({
    ...writesToRun,
    type: [LogMetadataPayload],
    description: `Many logMetadata calls in one commit: all or none. The payloads come in the order of the inputs. ${errors}`,
    args: { inputs: t.arg({ type: [LogMetadataInput], required: true }) },
    resolve: (_root, { inputs }, { db, limits }) => asWrite(logMetadataBatch(db, limits, inputs as LogMetadata[])),
  }),
}));
