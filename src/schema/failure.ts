import type { FailureInput } from '../domain/failure.ts';
import type { ExecutionStatus } from '../storage/rows.ts';
import type { FailureRow } from '../storage/runs/failures.ts';
import { builder } from './builder.ts';

export const FailureRef = builder.objectRef<FailureRow>('Failure').implement({
  description: 'Why something failed, as its process said; of what CRASHED, as the service says.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'The name of the exception, or what went wrong.' }),
    message: t.exposeString('message', { description: 'What it said.' }),
    traceback: t.exposeString('traceback', { nullable: true, description: 'Where it happened; the end of it.' }),
  }),
});

export const FailureInputRef = builder.inputRef<FailureInput>('FailureInput');
FailureInputRef.implement({
  description:
    '`type` and `message` up to 1,000 characters, the end of the traceback up to 16 KiB: what is longer is cut in front.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'The name of the exception, or what went wrong. Not blank.' }),
    message: t.string({ required: true, description: 'What it said.' }),
    traceback: t.string({ description: 'Where it happened.' }),
  }),
});

/** Whether it is worth looking why: what stands otherwise has no failure. */
export function mayHaveFailed(status: ExecutionStatus): boolean {
  return status === 'FAILED' || status === 'CRASHED' || status === 'RETRIED';
}
