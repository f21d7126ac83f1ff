/** The command line itself is wrong: exit code 2, and the usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const usage = `Usage: runledger <command>

  serve   starts the service (settings: see its environment variables)
            [--host HOST] [--port PORT] [--data-dir DIR]

  log     logs metadata to a step or run
            KEY=VALUE... [--step-id ID | --run RUN [--step NAME [--attempt N]]] [--iteration N]
            Without a target: the step that RUNLEDGER_STEP_ID names.

  get     prints the latest value under a key: a string as it is, anything else as JSON
            KEY (--run RUN [--step NAME [--attempt N]] | --step-id ID) [--json]

  flush   delivers what processes left behind while the service was away
            [--any-host] [--timeout SECONDS]

Every command but serve takes --url URL in place of RUNLEDGER_URL. RUN is the id or name of a run, or the start of one.

VALUE of log, by its prefix:
  int:42  float:0.5  float:NaN  str:5  bool:true  json:'{"a":[1,2]}'
  uri:s3://bucket/model  path:/data/train.csv  dtype:float32  size:1.5GiB  size:2048
Without a prefix: a number, true, false or null as in JSON, else a string. str: takes what would be read otherwise.

Environment: RUNLEDGER_URL (http://127.0.0.1:4000/graphql), RUNLEDGER_API_KEY, RUNLEDGER_STEP_ID,
  RUNLEDGER_SPOOL_DIR, RUNLEDGER_STEP_FLUSH_SECONDS (2: how long log waits for the service).

Exit codes: 0 done; log: also when the service is away, with a warning, and the entry is kept for later
            1 refused by the service, nothing under the key, or (get, flush) the service cannot be reached
            2 the command line is wrong
`;
