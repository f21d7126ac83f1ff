/** What can complete a word: these words, files, or what is asked of the service. */
export type Completion = readonly string[] | 'files' | 'runs' | 'steps' | 'pipelines' | 'keys' | 'filter';

/** An option, for `parseArgs`, the help and completion alike. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for its value in the help. */
  readonly value?: string;
  /** Its value may begin with a hyphen. */
  readonly hyphen?: boolean;
  readonly help: string;
  readonly complete?: Completion;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** A command, for the help and completion. */
export interface CommandSpec<Options extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** What it does, as `git help` would list it. */
  readonly summary: string;
  /** What stands behind its name. */
  readonly usage: readonly string[];
  /** What completes its arguments, the last for all that follow. */
  readonly arguments?: readonly Completion[];
  /** Behind `--` stands a command of others. */
  readonly runsCommand?: boolean;
  readonly options: Options;
  /** What else there is to know, in paragraphs; lines are kept as they are. */
  readonly notes?: readonly string[];
  readonly examples: readonly (readonly [line: string, meaning: string])[];
}

/** Gives a spec its exact type. */
export function defineCommand<const Options extends OptionSpecs>(spec: CommandSpec<Options>): CommandSpec<Options> {
  return spec;
}

/** The option that a word names, as `--limit` or `-n`; undefined where it names none. */
export function optionNamed(options: OptionSpecs, word: string): OptionSpec | undefined {
  const entries = Object.entries(options);
  return entries.find(([name, { short }]) => word === `--${name}` || (short && word === `-${short}`))?.[1];
}

/** Options that several commands have. */
export const urlOption = {
  url: { type: 'string', value: 'URL', help: 'the service; else RUNLEDGER_URL, else http://127.0.0.1:4000/graphql' },
} as const;

export const timeoutOption = {
  timeout: { type: 'string', value: 'SECONDS', help: 'how long to wait for the service (30)' },
} as const;

export const jsonOption = { json: { type: 'boolean', help: 'JSON, every digit as it was logged' } } as const;

export const csvOption = { csv: { type: 'boolean', help: 'CSV, every digit as it was logged' } } as const;

export const targetOptions = {
  run: { type: 'string', value: 'RUN', help: 'a run: its id, its name, or the beginning of either', complete: 'runs' },
  step: { type: 'string', value: 'NAME', help: 'a step of that run, its newest attempt', complete: 'steps' },
  attempt: { type: 'string', value: 'N', help: 'another attempt of that step' },
  'step-id': { type: 'string', value: 'ID', help: 'a step by its id, in place of --run and --step' },
} as const;
