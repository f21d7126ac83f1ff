/** The command line is wrong: the exit code is 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const usage = `Usage: runledger <command>, runledger --help, runledger --version

  serve   starts the service; its other settings are environment variables
            [--host HOST] [--port PORT] [--data-dir DIR]

  migrate brings the tables up to date, before servers are started that may not do so themselves
            [--dry-run] [--lock-timeout SECONDS]
            As whom: MIGRATE_DATABASE_URL, else DATABASE_URL. --dry-run prints the SQL that is missing, and does nothing.
            --lock-timeout: how long to wait for a lock on a table, behind which all others wait too (5).

  log     logs metadata to a step or run
            KEY=VALUE... [--step-id ID | --run RUN [--step NAME [--attempt N]]] [--iteration N]
            Without a target: to the step that RUNLEDGER_STEP_ID names.

  get     prints the latest value under a key: a string as it is, anything else as JSON
            KEY (--run RUN [--step NAME [--attempt N]] | --step-id ID) [--json] [--timeout SECONDS]

  flush   delivers what ended processes could not, because the service was away
            [--any-host] [--rejected] [--timeout SECONDS]
            --rejected: also shows what the service refused, and tries it once more.

  keys    makes, lists and revokes the keys that callers show; needs a key with the scope ADMIN
            create --name NAME --scopes read,write [--pipeline NAME]... [--expires 90d]
              --pipeline 'iris*': only pipelines whose names begin so; several times for several. Prints the secret, once.
            list [--all] [--json]    --all: revoked ones too
            revoke ID
            bootstrap                the first key, made on the database itself: of DATABASE_URL, else the embedded one,
                                     whose service must be stopped

  export  writes the ledger to a file, as it is at one moment
            FILE|- [--run RUN]... [--pipeline NAME]... [--started-after TIME] [--started-before TIME] [--gzip]
            [--format jsonl|csv|parquet] [--of latest|entries]
            runledger export ledger.jsonl.gz                       everything, for "runledger import"
            runledger export iris.parquet --pipeline 'iris*'       the latest values as a table
            runledger export - --format csv --of entries --run RUN every value of a run

  import  reads what export wrote (lines of JSON) into a ledger; again after it was broken off, it goes on
            FILE|- [--skip-existing]
            DATABASE_URL=postgresql://… runledger import ledger.jsonl.gz
            --skip-existing: a run that is there and differs is left as it is, instead of ending the import

  prune   says which old runs it would remove; removes them with --apply
            --older-than 90d [--pipeline NAME]... [--keep-latest] [--unfinished] [--apply]
            runledger prune --older-than 90d --pipeline 'scratch*' --apply
            --keep-latest: only history goes, what was replaced by a newer value; runs and their latest values stay
            --unfinished: runs too that never ended, if nothing was heard of them since

export, import and prune work on the database itself: of DATABASE_URL, else the embedded one, whose service must be stopped.

Every command but those, serve, migrate and keys bootstrap takes --url URL instead of RUNLEDGER_URL. RUN is the id or name of a run, or a prefix of either.

A VALUE of log may have a prefix for its type:
  int:42  float:0.5  float:NaN  str:5  bool:true  json:'{"a":[1,2]}'
  uri:s3://bucket/model  path:/data/train.csv  dtype:float32  size:1.5GiB  size:2048
Without a prefix, 42 and +3 are integers, 1.0, .5 and 1e5 floats, true, false and null what they say, and anything else is
a string. @FILE is the JSON value in a file, and @- the one on standard input. str: makes any text a string: str:@home.

Environment: RUNLEDGER_URL (http://127.0.0.1:4000/graphql), RUNLEDGER_API_KEY, RUNLEDGER_STEP_ID,
  RUNLEDGER_SPOOL_DIR, RUNLEDGER_STEP_FLUSH_SECONDS (2: how long log waits for the service).

Exit codes: 0 done; of log also when the service is away: then it warns, and the entry is kept for later
            1 the service refused (log then keeps nothing), nothing is under the key, or the service cannot be reached
              by get or flush
            2 the command line is wrong
`;
