import { defineCommand } from './command-spec.ts';

const where = 'It works on the database itself: of DATABASE_URL, else the embedded one, whose service must be stopped.';

export const exportSpec = defineCommand({
  name: 'export',
  summary: 'write the ledger to a file, as it is at one moment',
  usage: [
    'FILE|- [--run RUN]… [--pipeline NAME]… [--started-after TIME] [--started-before TIME]\n[--gzip] [--format jsonl|csv|parquet] [--of latest|entries]',
  ],
  arguments: ['files', []],
  options: {
    run: { type: 'string', multiple: true, value: 'RUN', help: 'only these runs', complete: 'runs' },
    pipeline: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: "only these pipelines; 'iris*' are all that begin so",
      complete: 'pipelines',
    },
    'started-after': { type: 'string', value: 'TIME', help: 'a date, or how long ago: 90d, 12h' },
    'started-before': { type: 'string', value: 'TIME', help: 'likewise' },
    gzip: { type: 'boolean', help: 'compress it, as a name that ends in .gz does' },
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'jsonl for "runledger import", csv or parquet as tables; else what FILE ends in',
      complete: ['jsonl', 'csv', 'parquet'],
    },
    of: {
      type: 'string',
      value: 'TABLE',
      help: 'csv and parquet: the latest values, or all entries (latest)',
      complete: ['latest', 'entries'],
    },
  },
  notes: [where],
  examples: [
    ['runledger export ledger.jsonl.gz', 'everything'],
    ["runledger export iris.parquet --pipeline 'iris*'", 'the latest values as a table'],
    ['runledger export - --format csv --of entries --run train-1', 'every value of a run'],
  ],
});

export const importSpec = defineCommand({
  name: 'import',
  summary: 'read a file of export into a ledger',
  usage: ['FILE|- [--skip-existing]'],
  arguments: ['files', []],
  options: {
    'skip-existing': {
      type: 'boolean',
      help: 'leave a run that is there and differs as it is, instead of ending the import',
    },
  },
  notes: ['Broken off, it goes on when it is called again. It takes lines of JSON.', where],
  examples: [['DATABASE_URL=postgresql://user:password@db/runledger runledger import ledger.jsonl.gz', 'to a server']],
});

export const pruneSpec = defineCommand({
  name: 'prune',
  summary: 'say which old runs would be removed, and remove them',
  usage: ['--older-than 90d [--pipeline NAME]… [--keep-latest] [--unfinished] [--apply]'],
  arguments: [[]],
  options: {
    'older-than': { type: 'string', value: 'TIME', help: 'how long ago: 90d, 12h; or a date' },
    pipeline: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: "only these pipelines; 'iris*' are all that begin so",
      complete: 'pipelines',
    },
    'keep-latest': {
      type: 'boolean',
      help: 'only history goes, what was replaced by a newer value; runs and their latest values stay',
    },
    unfinished: { type: 'boolean', help: 'runs too that never ended, if nothing was heard of them since' },
    'dry-run': { type: 'boolean', help: 'only say so, as it does without --apply' },
    apply: { type: 'boolean', help: 'remove them' },
  },
  notes: [where],
  examples: [
    ["runledger prune --older-than 90d --pipeline 'scratch*'", 'what would go'],
    ["runledger prune --older-than 90d --pipeline 'scratch*' --apply", 'and it goes'],
  ],
});
