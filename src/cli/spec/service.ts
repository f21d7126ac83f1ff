import { defineCommand, jsonOption, urlOption } from './command-spec.ts';

export const serveSpec = defineCommand({
  name: 'serve',
  summary: 'start the service',
  usage: ['[--host HOST] [--port PORT] [--data-dir DIR]'],
  arguments: [[]],
  options: {
    host: { type: 'string', value: 'HOST', help: 'the address to listen on (127.0.0.1)' },
    port: { type: 'string', value: 'PORT', help: 'the port (4000); 0 takes a free one' },
    'data-dir': {
      type: 'string',
      value: 'DIR',
      help: 'the folder of its own Postgres (.runledger)',
      complete: 'files',
    },
  },
  notes: ['Its other settings are environment variables, as the README lists them.'],
  examples: [
    ['runledger serve', 'with a Postgres of its own'],
    ['DATABASE_URL=postgresql://user:password@db/runledger runledger serve --port 4001', 'with yours'],
  ],
});

export const migrateSpec = defineCommand({
  name: 'migrate',
  summary: 'bring the tables of a database up to date',
  usage: ['[--dry-run] [--lock-timeout SECONDS]'],
  arguments: [[]],
  options: {
    'dry-run': { type: 'boolean', help: 'print the SQL that is missing, and do nothing' },
    'lock-timeout': {
      type: 'string',
      value: 'SECONDS',
      help: 'how long to wait for a lock on a table, behind which all others wait too (5)',
    },
  },
  notes: ['As whom: MIGRATE_DATABASE_URL, else DATABASE_URL. For servers that may not do so themselves.'],
  examples: [['runledger migrate --dry-run', 'what would be done']],
});

export const keysSpec = defineCommand({
  name: 'keys',
  summary: 'make, list and revoke the keys that callers show',
  usage: [
    'create --name NAME --scopes read,write [--pipeline NAME]… [--expires 90d]',
    'list [--all] [--json]',
    'revoke ID',
    'bootstrap',
  ],
  arguments: [['create', 'list', 'revoke', 'bootstrap'], []],
  options: {
    name: { type: 'string', value: 'NAME', help: 'create: whose key it is, or what for' },
    scopes: {
      type: 'string',
      value: 'SCOPES',
      help: 'create: read, write, admin, with commas between them',
      complete: ['read', 'write', 'read,write', 'admin'],
    },
    pipeline: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: "create: only these pipelines; 'iris*' are all that begin so",
      complete: 'pipelines',
    },
    expires: { type: 'string', value: 'WHEN', help: 'create: 90d, 12h, or a date' },
    all: { type: 'boolean', help: 'list: revoked ones, too' },
    ...jsonOption,
    ...urlOption,
  },
  notes: [
    'It needs a key with the scope ADMIN. The secret of a new one is printed once. bootstrap makes the first on the database\nitself: that of DATABASE_URL, else the embedded one, whose service must be stopped.',
  ],
  examples: [
    ['runledger keys bootstrap', 'the first key'],
    ["runledger keys create --name training --scopes write --pipeline 'iris*' --expires 90d", 'for a job'],
  ],
});

export const partitionSpec = defineCommand({
  name: 'partition',
  summary: 'split the table of entries by run, while the service works',
  usage: ['[--parts 16] [--dry-run] [--pause 1] [--lock-timeout SECONDS] [--abort]'],
  arguments: [[]],
  options: {
    parts: { type: 'string', value: 'N', help: 'how many tables, 2 to 1024 (16)' },
    'dry-run': { type: 'boolean', help: 'say what would be done, and do nothing' },
    pause: { type: 'string', value: 'N', help: 'how long to rest after each piece, in times of what it took (1)' },
    'lock-timeout': { type: 'string', value: 'SECONDS', help: 'how long to wait for a lock on a table (2)' },
    abort: { type: 'boolean', help: 'take away what was begun' },
  },
  notes: [
    'For hundreds of millions of entries. As whom: as migrate, straight to the server, not through a pooler. Broken off, it goes on when it is called again.',
  ],
  examples: [['runledger partition --dry-run', 'what would be done']],
});
