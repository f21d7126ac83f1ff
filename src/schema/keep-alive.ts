import { keepAlive } from '../domain/keep-alive.ts';
import { builder } from './builder.ts';
import { writesToRun } from './scopes.ts';
import { asWrite } from './write.ts';

builder.mutationField('keepAlive', (t) =>
  t.boolean({
    ...writesToRun,
    description:
      'Their processes are alive. A run or step that was ever kept alive and is silent for too long becomes CRASHED; heard of again, it is RUNNING. Up to 1,000 ids; unknown and ended ones change nothing. Always true. Errors: BAD_USER_INPUT.',
    args: { runIds: t.arg({ type: ['UUID'] }), stepIds: t.arg({ type: ['UUID'] }) },
    resolve: async (_root, args, { db }) => {
      await asWrite(keepAlive(db, args));
      return true;
    },
  }),
);
