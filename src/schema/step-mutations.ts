import { finishStep } from '../domain/finish.ts';
import { startStep } from '../domain/start-step.ts';
import { builder } from './builder.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { FailureInputRef } from './failure.ts';
import { writesToRun } from './scopes.ts';
import { StepRef } from './step.ts';
import { asWrite } from './write.ts';

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
    ...writesToRun,
    type: StepRef,
    description:
      'Starts a step, or the next attempt at the one of this name; earlier attempts that had not completed become RETRIED. With the id of a step that is there, gives that step. Errors: BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS, CONFLICT.',
    args: { input: t.arg({ type: StartStepInput, required: true }) },
    resolve: (_root, { input }, { db }) => asWrite(startStep(db, input)),
  }),
  finishStep: t.field({
    ...writesToRun,
    type: StepRef,
    description:
      'Ends a step as COMPLETED, FAILED or CANCELLED. The same status again changes nothing; another is CONFLICT. An attempt that was superseded while it ran stays RETRIED, and its end is noted.',
    args: {
      id: t.arg({ type: 'UUID', required: true }),
      status: t.arg({ type: ExecutionStatusRef, required: true, defaultValue: 'COMPLETED' }),
      endedAt: t.arg({
        type: 'DateTime',
        description: 'When it ended, not before its start. Left out: now, or the start where that lies ahead.',
      }),
      failure: t.arg({ type: FailureInputRef, description: 'Why it failed: with FAILED only.' }),
    },
    resolve: (_root, { id, ...ending }, { db }) => asWrite(finishStep(db, id, ending)),
  }),
}));
