import { parseArgs } from 'node:util';
import { execute } from '@runledger/client/internal/execute';
import type { Operation } from '@runledger/client/internal/generated/operations';
import { settingsOf } from '@runledger/client/internal/options';
import { parseExpiry } from './options.ts';
import { UsageError } from './spec/usage-error.ts';
import { plainTable } from './terminal/table.ts';
import { printable } from './terminal/text.ts';

type ApiKey = {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  pipelines: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
};

const fields = 'id name hint scopes pipelines createdAt expiresAt revokedAt lastUsedAt';
const createKey =
  `mutation CreateApiKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { ${fields} } } }` as Operation<
    { createApiKey: { secret: string; apiKey: ApiKey } },
    { input: { name: string; scopes: string[]; pipelines: string[] | null; expiresAt: string | null } }
  >;
const listKeys = `query ApiKeys($all: Boolean!) { apiKeys(includeRevoked: $all) { ${fields} } }` as Operation<
  { apiKeys: ApiKey[] },
  { all: boolean }
>;
const revokeKey = `mutation RevokeApiKey($id: ID!) { revokeApiKey(id: $id) { ${fields} } }` as Operation<
  { revokeApiKey: ApiKey },
  { id: string }
>;

type Out = (line: string) => void;

/** `runledger keys`: makes, lists and revokes keys; `bootstrap` makes the first one on the database itself. */
export async function keys([command, ...args]: string[], print: Out, complain: Out): Promise<number> {
  switch (command) {
    case 'create':
      return create(args, print, complain);
    case 'list':
      return list(args, print);
    case 'revoke':
      return revoke(args, print);
    case 'bootstrap': {
      parseArgs({ args, options: {} });
      // Imported only here: the other commands need no database.
      const { bootstrapKey } = await import('../process/bootstrap-key.ts');
      return bootstrapKey({ environment: process.env, directory: process.cwd(), print, complain });
    }
    default:
      throw new UsageError('keys: give one of create, list, revoke and bootstrap.');
  }
}

async function create(args: string[], print: Out, complain: Out): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      pipeline: { type: 'string', multiple: true },
      expires: { type: 'string' },
      url: { type: 'string' },
    },
  });
  if (!values.name) throw new UsageError('keys create: give --name, whose key it is or what for.');
  if (!values.scopes) throw new UsageError('keys create: give --scopes, such as read,write.');
  const input = {
    name: values.name,
    scopes: values.scopes.split(',').map(parseScope),
    pipelines: values.pipeline ?? null,
    expiresAt: parseExpiry(values.expires, 'expires')?.toISOString() ?? null,
  };
  const { createApiKey } = await execute(settingsOf({ url: values.url }), createKey, { input });
  complain(`made the key ${createApiKey.apiKey.hint} "${input.name}". This is its secret; it is told this once:`);
  print(createApiKey.secret);
  return 0;
}

function parseScope(text: string): string {
  const scope = text.trim().toUpperCase();
  if (['READ', 'WRITE', 'ADMIN'].includes(scope)) return scope;
  throw new UsageError(`--scopes takes read, write and admin, with commas between them, not ${JSON.stringify(text)}.`);
}

async function list(args: string[], print: Out): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { all: { type: 'boolean', default: false }, json: { type: 'boolean' }, url: { type: 'string' } },
  });
  const { apiKeys } = await execute(settingsOf({ url: values.url }), listKeys, { all: values.all });
  if (values.json) print(JSON.stringify(apiKeys, null, 2));
  else for (const line of plainTable(titles, apiKeys.map(cells))) print(line);
  return 0;
}

const titles = ['ID', 'NAME', 'SCOPES', 'PIPELINES', 'CREATED', 'LAST USED', 'ENDS'];

function cells(key: ApiKey): string[] {
  const minute = (time: string | null) => time?.slice(0, 16).replace('T', ' ') ?? '';
  return [
    key.id,
    key.name,
    key.scopes.join(',').toLowerCase(),
    key.pipelines?.join(',') ?? 'all',
    minute(key.createdAt),
    minute(key.lastUsedAt) || 'never',
    key.revokedAt ? `revoked ${minute(key.revokedAt)}` : minute(key.expiresAt) || 'never',
  ].map(printable);
}

async function revoke(args: string[], print: Out): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { url: { type: 'string' } }, allowPositionals: true });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0)
    throw new UsageError('keys revoke: give the ID of one key; keys list has it.');
  const { revokeApiKey } = await execute(settingsOf({ url: values.url }), revokeKey, { id });
  print(`revoked ${revokeApiKey.hint} "${revokeApiKey.name}"`);
  return 0;
}
