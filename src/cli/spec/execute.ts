import { defineCommand, urlOption } from './command-spec.ts';

const recorded = [
  'Logged: exit_code, duration in seconds, signal where one killed it, host, commit, and github, gitlab, slurm or kubernetes\nwith what these say of the job: names and ids, no tokens. COMPLETED is what ends with 0; CANCELLED what was asked to end\nby a signal; all else is FAILED.',
  'The command is left alone: its input, output, exit code and signals are those it has by itself, also when the service is\naway; then all is kept and delivered later. A service that does not answer holds it up for one second at most.',
];

export const runSpec = defineCommand({
  name: 'run',
  summary: 'record a run around a command',
  usage: ['[NAME] [--pipeline PIPELINE] -- COMMAND…'],
  arguments: [[]],
  runsCommand: true,
  options: {
    pipeline: {
      type: 'string',
      short: 'p',
      value: 'NAME',
      help: 'the pipeline of the run (default)',
      complete: 'pipelines',
    },
    link: { type: 'boolean', help: 'print where the run is on the page, on standard error' },
    ...urlOption,
  },
  notes: [
    'What the command runs finds the run by its environment: runledger step, runledger log, both clients, any number of\nprocesses deep. Where this has an API key, they get a token for the run in its place. A run in a run is part of that.',
    ...recorded,
  ],
  examples: [
    ['runledger run nightly --pipeline training -- python train.py', 'the run is called nightly'],
    [
      "runledger run -p training -- sh -ec 'runledger step load -- ./load.sh; runledger step train -- ./train.sh'",
      'a pipeline of two steps; the service chooses the name',
    ],
  ],
});

export const stepSpec = defineCommand({
  name: 'step',
  summary: 'record a step of the run around a command',
  usage: ['NAME [--run RUN] -- COMMAND…'],
  arguments: [[]],
  runsCommand: true,
  options: {
    run: { type: 'string', value: 'RUN', help: 'the run; else the one in which this is called', complete: 'runs' },
    ...urlOption,
  },
  notes: [
    'The same step again is train_2, train_3 … where the one before COMPLETED or still runs, and the next attempt of train\nwhere it did not.',
    ...recorded,
  ],
  examples: [
    ['runledger step train -- python train.py --epochs 10', 'in a command of runledger run'],
    ['runledger step evaluate --run nightly -- ./evaluate.sh', 'of a run that is under way'],
  ],
});
