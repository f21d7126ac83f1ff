import { csvOption, defineCommand, jsonOption, timeoutOption, urlOption } from './command-spec.ts';

const output = { ...jsonOption, ...csvOption, ...timeoutOption, ...urlOption } as const;

export const runsSpec = defineCommand({
  name: 'runs',
  summary: 'list runs: filter, order and choose columns',
  usage: ['[FILTER…] [--columns LIST] [--sort COLUMN] [--limit N] [--json | --csv]'],
  arguments: ['filter'],
  options: {
    columns: {
      type: 'string',
      short: 'c',
      value: 'LIST',
      help: 'what to show: state, started, took, ended, pipeline, keys, and parts of values such as config["lr"]',
      complete: 'keys',
    },
    sort: {
      type: 'string',
      short: 's',
      value: 'COLUMN',
      hyphen: true,
      help: 'the order; -accuracy is from the greatest (-started)',
      complete: 'keys',
    },
    limit: { type: 'string', short: 'n', value: 'N', help: 'how many, or all (20)' },
    ...output,
  },
  notes: [
    'A FILTER is what the page takes, all of it in one word or in several:\n\n  iris   name:iris*   pipeline:iris,churn   status:failed,running\n  after:3d   before:2026-11-01   has:accuracy   lacks:accuracy\n  accuracy>0.8   train::loss<1   config["lr"]>0.01   lr in (0.1, 0.01)\n  model^=s3://   tags~=prod   not …   … and …   … or …   ( … )',
    'Without --columns a terminal shows the keys with numbers that most runs have, as many as it has room for.',
  ],
  examples: [
    ["runledger runs 'pipeline:iris accuracy>0.9' --sort -accuracy", 'the best first'],
    ['runledger runs status:failed after:1d -c started,took,host', 'what failed since yesterday'],
    ['runledger runs pipeline:iris -c accuracy,loss -n all --csv > iris.csv', 'a table for a notebook'],
  ],
});

export const showSpec = defineCommand({
  name: 'show',
  summary: 'show a run, its steps, and the latest of all that was logged',
  usage: ['RUN [--step NAME] [--keys LIST] [--json]'],
  arguments: ['runs', []],
  options: {
    step: { type: 'string', value: 'NAME', help: 'only what this step logged', complete: 'steps' },
    keys: { type: 'string', short: 'k', value: 'LIST', help: 'only these keys', complete: 'keys' },
    ...jsonOption,
    ...timeoutOption,
    ...urlOption,
  },
  notes: ['RUN is the id or name of a run, or the beginning of either.'],
  examples: [
    ['runledger show nightly', 'everything'],
    ['runledger show nightly --step train', 'one step'],
  ],
});

export const historySpec = defineCommand({
  name: 'history',
  summary: 'list every value that was logged under a key',
  usage: ['RUN KEY [--limit N] [--json | --csv]'],
  arguments: ['runs', 'keys', []],
  options: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'how many, or all (20)' },
    ...output,
  },
  notes: ['The newest come first. step_name::key is what one step logged.'],
  examples: [
    ['runledger history nightly loss', 'the last twenty, and the curve of all'],
    ['runledger history nightly train::loss -n all --csv > loss.csv', 'all of them, for a plot'],
  ],
});

export const compareSpec = defineCommand({
  name: 'compare',
  summary: 'put runs side by side, key by key',
  usage: ['RUN RUN… [--all] [--keys LIST] [--json | --csv]'],
  arguments: ['runs'],
  options: {
    all: { type: 'boolean', short: 'a', help: 'also what is the same in all of them' },
    keys: { type: 'string', short: 'k', value: 'LIST', help: 'only these keys', complete: 'keys' },
    ...output,
  },
  notes: ['Dicts are taken apart. Behind a number stands how it is to that of the first run. "–" was never logged.'],
  examples: [
    ['runledger compare nightly-41 nightly-42', 'what differs'],
    ['runledger compare nightly-41 nightly-42 --keys config,accuracy --all', 'these, also where they are the same'],
  ],
});

export const followSpec = defineCommand({
  name: 'follow',
  summary: 'print what a run logs, as it is logged, until it ends',
  usage: ['RUN [--keys LIST] [--json] [--exit-status]'],
  arguments: ['runs', []],
  options: {
    keys: { type: 'string', short: 'k', value: 'LIST', help: 'only these keys', complete: 'keys' },
    json: { type: 'boolean', help: 'a line of JSON for each entry' },
    'exit-status': { type: 'boolean', help: 'end with 1 unless the run COMPLETED' },
    ...timeoutOption,
    ...urlOption,
  },
  notes: ['It goes on where it was when the connection breaks, and gives up after --timeout.'],
  examples: [
    ['runledger follow nightly', 'until it ends'],
    ['runledger follow nightly --exit-status && ./deploy.sh', 'only if it went well'],
    ['runledger follow nightly --json --keys loss | jq .value', 'for another program'],
  ],
});

export const completionSpec = defineCommand({
  name: 'completion',
  summary: 'print the completion of commands, options, runs and keys for a shell',
  usage: ['bash | zsh | fish'],
  arguments: [['bash', 'zsh', 'fish'], []],
  options: {},
  notes: [
    'Names of runs, pipelines and keys are asked of the service that RUNLEDGER_URL names, which has half a second.',
  ],
  examples: [
    ['source <(runledger completion bash)', 'in ~/.bashrc'],
    ['source <(runledger completion zsh)', 'in ~/.zshrc, behind compinit'],
    ['runledger completion fish > ~/.config/fish/completions/runledger.fish', 'once'],
  ],
});
