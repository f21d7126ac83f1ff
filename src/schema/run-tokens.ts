import { createRunToken } from '../domain/access/create-run-token.ts';
import { builder } from './builder.ts';
import { actorOf } from './context.ts';
import { writes } from './scopes.ts';
import { asWrite } from './write.ts';

const CreateRunTokenInput = builder.inputType('CreateRunTokenInput', {
  description: 'What the token is for.',
  fields: (t) => ({
    run: t.string({ required: true, description: 'The run: id, name, or a prefix of one.' }),
    stepId: t.field({ type: 'UUID', description: 'Only this step of it may be logged to, and ended.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'Up to 30 days ahead; a week from now when left out.' }),
  }),
});

const CreateRunTokenPayload = builder.objectRef<{ token: string; expiresAt: Date }>('CreateRunTokenPayload').implement({
  description: 'A new token.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'What its bearer shows, as a key. It is told this once.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'It ends with its run, or then.' }),
  }),
});

builder.mutationField('createRunToken', (t) =>
  t.field({
    ...writes,
    type: CreateRunTokenPayload,
    description:
      'A secret that can log to one run (or one step of it), start and end its steps and read it, and nothing else, until the run ends or the time is over. Scope WRITE. Errors: BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS, CONFLICT (the run has ended), FORBIDDEN.',
    args: { input: t.arg({ type: CreateRunTokenInput, required: true }) },
    resolve: (_root, { input }, context) => asWrite(createRunToken(context.db, actorOf(context), input)),
  }),
);
