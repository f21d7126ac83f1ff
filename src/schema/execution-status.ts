import { ExecutionStatus } from '../generated/prisma/enums.ts';
import { builder } from './builder.ts';

export const ExecutionStatusRef = builder.enumType(ExecutionStatus, {
  name: 'ExecutionStatus',
  description:
    'How a run or step stands. CACHED: a step that took over the result of another. RETRIED: an attempt that did not complete and was followed by another. CRASHED: its process said that it lives, and then fell silent; only the service says so.',
});
