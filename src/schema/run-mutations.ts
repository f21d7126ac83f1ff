import { deleteRun } from '../domain/delete-run.ts';
import { finishRun } from '../domain/finish.ts';
import { startRun } from '../domain/start-run.ts';
import { builder } from './builder.ts';
import { actorOf } from './context.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { FailureInputRef } from './failure.ts';
import { PipelineRunRef } from './pipeline-run.ts';
import { administers, writes } from './scopes.ts';
import { asWrite } from './write.ts';

const StartRunInput = builder.inputType('StartRunInput', {
  description: 'The run to start. Everything may be left out.',
  fields: (t) => ({
    id: t.field({ type: 'UUID', description: 'Made by the caller so that a retry finds the run it already started.' }),
    name: t.string({
      description:
        'Unique; 1–255 bytes, not blank, no control characters, not 32 hex digits. Given by the server when left out.',
    }),
    pipeline: t.string({
      required: true,
      defaultValue: 'default',
      description: 'The name of the pipeline that is executed.',
    }),
    startedAt: t.field({ type: 'DateTime', description: "Left out: now, by the server's clock." }),
  }),
});

builder.mutationFields((t) => ({
  startRun: t.field({
    ...writes,
    type: PipelineRunRef,
    description:
      'Starts a run. With the id of a run that is there, gives that run. Errors: BAD_USER_INPUT, CONFLICT (the id stands for another run, or the name is taken).',
    args: { input: t.arg({ type: StartRunInput, required: true, defaultValue: { pipeline: 'default' } }) },
    resolve: (_root, { input }, { db }) => asWrite(startRun(db, input)),
  }),
  finishRun: t.field({
    ...writes,
    type: PipelineRunRef,
    description:
      'Ends a run as COMPLETED, FAILED or CANCELLED. The same status again changes nothing; another is CONFLICT.',
    args: {
      ref: t.arg.string({ required: true, description: 'The run: id, name, or a prefix of one.' }),
      status: t.arg({ type: ExecutionStatusRef, required: true, defaultValue: 'COMPLETED' }),
      endedAt: t.arg({
        type: 'DateTime',
        description: 'When it ended, not before its start. Left out: now, or the start where that lies ahead.',
      }),
      failure: t.arg({ type: FailureInputRef, description: 'Why it failed: with FAILED only.' }),
    },
    resolve: (_root, { ref, ...ending }, { db }) => asWrite(finishRun(db, ref, ending)),
  }),
  deleteRun: t.boolean({
    ...administers,
    description:
      'Deletes a run with its steps and entries. It is gone at once and its name is free; what a large run leaves is removed in the background. Errors: NOT_FOUND, AMBIGUOUS.',
    args: { ref: t.arg.string({ required: true, description: 'The run: id, name, or a prefix of one.' }) },
    resolve: (_root, { ref }, context) => asWrite(deleteRun(context.db, actorOf(context), ref)),
  }),
}));
