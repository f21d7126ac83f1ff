import { defineCommand, targetOptions, timeoutOption, urlOption } from './command-spec.ts';

export const logSpec = defineCommand({
  name: 'log',
  summary: 'log metadata to a step or run',
  usage: ['KEY=VALUE… [--run RUN [--step NAME [--attempt N]] | --step-id ID] [--iteration N]'],
  arguments: ['keys'],
  options: {
    ...targetOptions,
    iteration: { type: 'string', value: 'N', help: 'the epoch, batch or the like that the values belong to' },
    ...urlOption,
  },
  notes: [
    'Without a target it logs to the step or run in which it is called.',
    'A VALUE without a prefix: 42 and +3 are integers, 1.0, .5 and 1e5 floats, true, false and null what they say, anything\nelse is a string. @FILE is the JSON value in a file, @- the one on standard input. With a prefix:\n\n  int:42  float:0.5  float:NaN  str:5  str:@home  bool:true  json:\'{"a":[1,2]}\'\n  uri:s3://bucket/model  path:/data/train.csv  dtype:float32  size:1.5GiB  size:2048',
    'When the service is away it warns, keeps the entries for later, and ends with 0. It waits for the service for\nRUNLEDGER_STEP_FLUSH_SECONDS (2).',
  ],
  examples: [
    ['runledger log accuracy=0.913 model=uri:s3://models/iris/1', 'in a step'],
    ['runledger log loss=0.31 --run nightly --step train --iteration 12', 'from outside'],
    ['jq .metrics report.json | runledger log metrics=@-', 'a whole JSON value'],
  ],
});

export const getSpec = defineCommand({
  name: 'get',
  summary: 'print the latest value under a key',
  usage: ['KEY (--run RUN [--step NAME [--attempt N]] | --step-id ID) [--json]'],
  arguments: ['keys', []],
  options: {
    ...targetOptions,
    json: { type: 'boolean', help: 'a string, too, as JSON' },
    ...timeoutOption,
    ...urlOption,
  },
  notes: ['A string is printed as it is, anything else as JSON. Ends with 1 where nothing is under the key.'],
  examples: [
    ['runledger get accuracy --run nightly', 'of the run as a whole: the latest of all its steps'],
    ['runledger get train::accuracy --run nightly', 'of one step'],
    ['test "$(runledger get approved --run nightly)" = true', 'a gate in a script'],
  ],
});

export const flushSpec = defineCommand({
  name: 'flush',
  summary: 'deliver what ended processes could not',
  usage: ['[--rejected] [--any-host] [--timeout SECONDS]'],
  arguments: [[]],
  options: {
    rejected: { type: 'boolean', help: 'also show what the service refused, and try it once more' },
    'any-host': { type: 'boolean', help: 'also what processes of other hosts left: you know that they have ended' },
    timeout: { type: 'string', value: 'SECONDS', help: 'how long to keep trying (10)' },
    ...urlOption,
  },
  examples: [
    ['runledger flush', 'after an outage; the next process that logs does the same'],
    ['runledger flush --any-host --timeout 60', 'a spool on a disk that several hosts share'],
  ],
});
