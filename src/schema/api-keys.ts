import { createApiKey } from '../domain/access/create-api-key.ts';
import { listApiKeys } from '../domain/access/list-api-keys.ts';
import { revokeApiKey } from '../domain/access/revoke-api-key.ts';
import type { ApiKeyRow } from '../storage/api-keys/keys.ts';
import { builder } from './builder.ts';
import { actorOf } from './context.ts';
import { ScopeRef } from './scope.ts';
import { administersAll } from './scopes.ts';
import { asWrite } from './write.ts';

const ApiKey = builder.objectRef<ApiKeyRow>('ApiKey').implement({
  description: 'A key that callers show. Its secret is not kept.',
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name', { description: 'Whose it is, or what for.' }),
    hint: t.string({
      description: 'The first characters of the secret, to know it by.',
      resolve: ({ id }) => `rl_${id}_…`,
    }),
    scopes: t.field({ type: [ScopeRef], resolve: ({ scopes }) => scopes }),
    pipelines: t.stringList({
      nullable: true,
      description: 'Only these; a `*` at the end stands for any rest. Null for all.',
      resolve: ({ pipelines }) => pipelines,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'To the minute.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'The key to make.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Whose it is, or what for.' }),
    scopes: t.field({ type: [ScopeRef], required: true, description: 'At least one; ADMIN includes the others.' }),
    pipelines: t.stringList({
      description: 'Only these; a `*` at the end stands for any rest. All when left out.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'Never when left out.' }),
  }),
});

const CreateApiKeyPayload = builder.objectRef<{ secret: string; apiKey: ApiKeyRow }>('CreateApiKeyPayload').implement({
  description: 'A new key.',
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'What callers show. It is told this once.' }),
    apiKey: t.field({ type: ApiKey, resolve: ({ apiKey }) => apiKey }),
  }),
});

builder.queryField('apiKeys', (t) =>
  t.field({
    ...administersAll,
    type: [ApiKey],
    description: 'The keys, newest first. Scope ADMIN.',
    args: { includeRevoked: t.arg.boolean({ defaultValue: false }) },
    resolve: (_root, { includeRevoked }, { primary }) => listApiKeys(primary, includeRevoked ?? false),
  }),
);

builder.mutationFields((t) => ({
  createApiKey: t.field({
    ...administersAll,
    type: CreateApiKeyPayload,
    description: 'Makes a key; its secret is shown this once. Scope ADMIN. Errors: BAD_USER_INPUT, FORBIDDEN.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
    resolve: (_root, { input }, context) => asWrite(createApiKey(context.db, actorOf(context), input)),
  }),
  revokeApiKey: t.field({
    ...administersAll,
    type: ApiKey,
    description:
      'Revokes a key, by its id: it is refused from now on, by every server within five seconds. Twice changes nothing. Scope ADMIN. Errors: NOT_FOUND, FORBIDDEN.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => asWrite(revokeApiKey(context.db, actorOf(context), String(id))),
  }),
}));
