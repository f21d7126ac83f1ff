/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** What the token is for. */
export type CreateRunTokenInput = {
  /** Up to 30 days ahead; a week from now when left out. */
  readonly expiresAt?: Date | string | null | undefined;
  /** The run: id, name, or a prefix of one. */
  readonly run: string;
  /** Only this step of it may be logged to, and ended. */
  readonly stepId?: string | null | undefined;
};

/** How a run or step stands. CACHED: a step that took over the result of another. RETRIED: an attempt that did not complete and was followed by another. CRASHED: its process said that it lives, and then fell silent; only the service says so. */
export type ExecutionStatus =
  | 'CACHED'
  | 'CANCELLED'
  | 'COMPLETED'
  | 'CRASHED'
  | 'FAILED'
  | 'RETRIED'
  | 'RUNNING';

/** `type` and `message` up to 1,000 characters, the end of the traceback up to 16 KiB: what is longer is cut in front. */
export type FailureInput = {
  /** What it said. */
  readonly message: string;
  /** Where it happened. */
  readonly traceback?: string | null | undefined;
  /** The name of the exception, or what went wrong. Not blank. */
  readonly type: string;
};

/** What to log, and to what. */
export type LogMetadataInput = {
  /** Entries with a type or an iteration of their own; they follow those of `metadata`. */
  readonly entries?: ReadonlyArray<MetadataEntryInput> | null | undefined;
  /** By the writer's clock. Left out: now, by the server's. */
  readonly loggedAt?: Date | string | null | undefined;
  /** Keys to values, types inferred. At least one of `metadata` and `entries` has something in it. */
  readonly metadata?: unknown;
  /** Made by the caller before the first try: a retry with the same id logs nothing twice. */
  readonly requestId?: string | null | undefined;
  readonly target: MetadataTarget;
};

/** A condition on the latest entry under a key; every field given must hold. With only a key: that it exists. */
export type MetadataCondition = {
  /** Text, as it is: no character of it is a wildcard. */
  readonly contains?: string | null | undefined;
  /** Equal as JSON: `1` equals `1.0`, `"1"` does not. `null` is the logged null. */
  readonly equals?: unknown;
  /** False finds the runs without the key. */
  readonly exists?: boolean | null | undefined;
  /** A number greater than this; anything else never is. */
  readonly gt?: number | bigint | null | undefined;
  /** A number, this or greater. */
  readonly gte?: number | bigint | null | undefined;
  /** A member of a SET, LIST or TUPLE, equal as JSON. */
  readonly has?: unknown;
  /** Equal to one of these; at most 1,000 in a filter. */
  readonly in?: ReadonlyArray<unknown> | null | undefined;
  /** Plain, or `step_name::key`, as for PipelineRun.runMetadata. */
  readonly key: string;
  /** A number less than this. */
  readonly lt?: number | bigint | null | undefined;
  /** A number, this or less. */
  readonly lte?: number | bigint | null | undefined;
  /** Into a DICT or LIST: `["f1"]`, `["classes", "0"]`. Every other field is about what stands there. */
  readonly path?: ReadonlyArray<string> | null | undefined;
  /** Text, as it is: no character of it is a wildcard. */
  readonly startsWith?: string | null | undefined;
  /** Only what this step logged; without it, the latest in the run, as PipelineRun.runMetadata finds it. */
  readonly step?: string | null | undefined;
  /** At a path: what the JSON there is. */
  readonly type?: MetadataType | null | undefined;
};

/** One entry with a type or an iteration of its own. */
export type MetadataEntryInput = {
  /** What is counted along with the value: an epoch, a batch. */
  readonly iteration?: number | bigint | null | undefined;
  /** 1–255 bytes of UTF-8, not blank, no control characters. */
  readonly key: string;
  /** By the writer's clock; that of the call when left out. */
  readonly loggedAt?: Date | string | null | undefined;
  /** Inferred from the value when left out. */
  readonly type?: MetadataType | null | undefined;
  /** To log nothing on purpose, give null. */
  readonly value?: unknown;
};

/** By the number, else the text, of the latest entry under a key. First numbers by value, then texts by bytes, then the rest. Runs without it come last in both directions. */
export type MetadataOrder = {
  readonly direction?: SortDirection;
  /** Plain, or `step_name::key`, as for PipelineRun.runMetadata. */
  readonly key: string;
  /** Into a DICT or LIST, as in a condition. */
  readonly path?: ReadonlyArray<string> | null | undefined;
  /** Only what this step logged. */
  readonly step?: string | null | undefined;
};

/** Whose entries: those of the run itself, those of its steps, or all. */
export type MetadataScope =
  | 'ALL'
  | 'RUN'
  | 'STEPS';

/** What the entries are of: exactly one of these. */
export type MetadataTarget =
  {   /** A run: id, name, or a prefix of one. */
  readonly run: string; readonly step?: never; readonly stepId?: never; }
  |  { readonly run?: never;   /** A step by its name and run. */
  readonly step: StepRef; readonly stepId?: never; }
  |  { readonly run?: never; readonly step?: never;   /** A step by its id. */
  readonly stepId: string; };

/** What a value is. STRING to DICT are told from the JSON; SET, TUPLE, URI, PATH, DTYPE and STORAGE_SIZE are said by the writer. */
export type MetadataType =
  | 'BOOLEAN'
  | 'DICT'
  | 'DTYPE'
  | 'FLOAT'
  | 'INT'
  | 'LIST'
  | 'NULL'
  | 'PATH'
  | 'SET'
  | 'STORAGE_SIZE'
  | 'STRING'
  | 'TUPLE'
  | 'URI';

/** Every field given must hold. */
export type PipelineRunFilter = {
  /** All of these; of none, every run. */
  readonly and?: ReadonlyArray<PipelineRunFilter> | null | undefined;
  /** At this instant or later; what runs has not ended. */
  readonly endedAfter?: Date | string | null | undefined;
  /** Before this instant. */
  readonly endedBefore?: Date | string | null | undefined;
  readonly metadata?: MetadataCondition | null | undefined;
  /** Anywhere in the name, as it is; no index serves it. */
  readonly nameContains?: string | null | undefined;
  /** What the name begins with; no character of it is a wildcard. */
  readonly namePrefix?: string | null | undefined;
  /** Not this; so runs without a key pass a `not` about it. */
  readonly not?: PipelineRunFilter | null | undefined;
  /** One of these; of none, no run. */
  readonly or?: ReadonlyArray<PipelineRunFilter> | null | undefined;
  /** The name of the pipeline, exactly. */
  readonly pipeline?: string | null | undefined;
  /** One of these, exactly; of none, no run. */
  readonly pipelines?: ReadonlyArray<string> | null | undefined;
  /** At this instant or later. */
  readonly startedAfter?: Date | string | null | undefined;
  /** Before this instant. */
  readonly startedBefore?: Date | string | null | undefined;
  /** One of these. */
  readonly status?: ReadonlyArray<ExecutionStatus> | null | undefined;
};

/** How runs are sorted: by exactly one of these. */
export type PipelineRunOrder =
  {   /** endedAt − startedAt; runs that are running come last in both directions. */
  readonly duration: SortDirection; readonly endedAt?: never; readonly metadata?: never; readonly name?: never; readonly startedAt?: never; }
  |  { readonly duration?: never;   /** Runs that are running come last in both directions. */
  readonly endedAt: SortDirection; readonly metadata?: never; readonly name?: never; readonly startedAt?: never; }
  |  { readonly duration?: never; readonly endedAt?: never;   readonly metadata: MetadataOrder; readonly name?: never; readonly startedAt?: never; }
  |  { readonly duration?: never; readonly endedAt?: never; readonly metadata?: never;   /** By bytes. */
  readonly name: SortDirection; readonly startedAt?: never; }
  |  { readonly duration?: never; readonly endedAt?: never; readonly metadata?: never; readonly name?: never;   readonly startedAt: SortDirection; };

/** What the points of a series are ordered by. */
export type SeriesAxis =
  /** The iteration where every entry has one, else the time. */
  | 'AUTO'
  /** The iteration; entries without one are left out. */
  | 'ITERATION'
  /** The time, in milliseconds since 1970, UTC. */
  | 'LOGGED_AT';

/** Which way a list is sorted. */
export type SortDirection =
  | 'ASC'
  | 'DESC';

/** The run to start. Everything may be left out. */
export type StartRunInput = {
  /** Made by the caller so that a retry finds the run it already started. */
  readonly id?: string | null | undefined;
  /** Unique; 1–255 bytes, not blank, no control characters, not 32 hex digits. Given by the server when left out. */
  readonly name?: string | null | undefined;
  /** The name of the pipeline that is executed. */
  readonly pipeline?: string;
  /** Left out: now, by the server's clock. */
  readonly startedAt?: Date | string | null | undefined;
};

/** The step to start. */
export type StartStepInput = {
  /** A step whose latest entries the new one takes over; the new one is CACHED from the start. */
  readonly cachedFrom?: string | null | undefined;
  /** Made by the caller so that a retry finds the step it already started. */
  readonly id?: string | null | undefined;
  /** 1–255 bytes, not blank, no control characters, no `::`. */
  readonly name: string;
  /** The run: id, name, or a prefix of one. */
  readonly run: string;
  /** Left out: now, by the server's clock. */
  readonly startedAt?: Date | string | null | undefined;
};

/** A step by its name and run. */
export type StepRef = {
  /** The newest when left out. */
  readonly attempt?: number | null | undefined;
  readonly name: string;
  /** The run: id, name, or a prefix of one. */
  readonly run: string;
};

export type EntryFragment = { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string };

export type FailureFragment = { readonly type: string, readonly message: string, readonly traceback: string | null };

export type RunFragment = { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null };

export type StepFragment = { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null };

export type SeriesFragment = { readonly key: string, readonly total: number, readonly min: number | null, readonly max: number | null, readonly points: ReadonlyArray<{ readonly value: number, readonly iteration: number | bigint | null, readonly loggedAt: string }> };

export type StartRunMutationVariables = Exact<{
  input: StartRunInput;
}>;


export type StartRunMutation = { readonly startRun: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } };

export type FinishRunMutationVariables = Exact<{
  ref: string;
  status: ExecutionStatus;
  endedAt?: Date | string | null | undefined;
  failure?: FailureInput | null | undefined;
}>;


export type FinishRunMutation = { readonly finishRun: { readonly id: string } };

export type StartStepMutationVariables = Exact<{
  input: StartStepInput;
}>;


export type StartStepMutation = { readonly startStep: { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } };

export type FinishStepMutationVariables = Exact<{
  id: string;
  status: ExecutionStatus;
  endedAt?: Date | string | null | undefined;
  failure?: FailureInput | null | undefined;
}>;


export type FinishStepMutation = { readonly finishStep: { readonly id: string } };

export type CreateRunTokenMutationVariables = Exact<{
  input: CreateRunTokenInput;
}>;


export type CreateRunTokenMutation = { readonly createRunToken: { readonly token: string } };

export type KeepAliveMutationVariables = Exact<{
  runIds?: ReadonlyArray<string> | string | null | undefined;
  stepIds?: ReadonlyArray<string> | string | null | undefined;
}>;


export type KeepAliveMutation = { readonly keepAlive: boolean };

export type LogMetadataMutationVariables = Exact<{
  input: LogMetadataInput;
}>;


export type LogMetadataMutation = { readonly logMetadata: { readonly replayed: boolean, readonly entries: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string }> } };

export type LogMetadataBatchMutationVariables = Exact<{
  inputs: ReadonlyArray<LogMetadataInput> | LogMetadataInput;
}>;


export type LogMetadataBatchMutation = { readonly logMetadataBatch: ReadonlyArray<{ readonly replayed: boolean }> };

export type RetractMetadataMutationVariables = Exact<{
  entryId: string;
  reason: string;
}>;


export type RetractMetadataMutation = { readonly retractMetadata: { readonly latest: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } | null } };

export type DeleteRunMutationVariables = Exact<{
  ref: string;
}>;


export type DeleteRunMutation = { readonly deleteRun: boolean };

export type FindRunQueryVariables = Exact<{
  ref: string;
}>;


export type FindRunQuery = { readonly pipelineRun: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } | null };

export type ListRunsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PipelineRunFilter | null | undefined;
  orderBy?: PipelineRunOrder | null | undefined;
}>;


export type ListRunsQuery = { readonly pipelineRuns: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RunEntryQueryVariables = Exact<{
  run: string;
  key: string;
}>;


export type RunEntryQuery = { readonly pipelineRun: { readonly runMetadata: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } | null } | null };

export type RunEntriesQueryVariables = Exact<{
  run: string;
  keys?: ReadonlyArray<string> | string | null | undefined;
  prefix?: string | null | undefined;
  scope: MetadataScope;
}>;


export type RunEntriesQuery = { readonly pipelineRun: { readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string }> } | null };

export type RunLatestIdsQueryVariables = Exact<{
  run: string;
  keys?: ReadonlyArray<string> | string | null | undefined;
  after?: string | null | undefined;
}>;


export type RunLatestIdsQuery = { readonly pipelineRun: { readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string }>, readonly steps: { readonly nodes: ReadonlyArray<{ readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type RunHistoryQueryVariables = Exact<{
  run: string;
  key: string;
  first: number;
  after?: string | null | undefined;
}>;


export type RunHistoryQuery = { readonly pipelineRun: { readonly metadataHistory: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type RunStepsQueryVariables = Exact<{
  run: string;
  first: number;
  after?: string | null | undefined;
  includeRetried: boolean;
}>;


export type RunStepsQuery = { readonly pipelineRun: { readonly steps: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type FindStepQueryVariables = Exact<{
  run: string;
  step: string;
  attempt?: number | null | undefined;
}>;


export type FindStepQuery = { readonly pipelineRun: { readonly step: { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } | null } | null };

export type StepEntryQueryVariables = Exact<{
  run: string;
  step: string;
  attempt?: number | null | undefined;
  key: string;
}>;


export type StepEntryQuery = { readonly pipelineRun: { readonly step: { readonly runMetadata: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } | null } | null } | null };

export type StepEntriesQueryVariables = Exact<{
  run: string;
  step: string;
  attempt?: number | null | undefined;
  keys?: ReadonlyArray<string> | string | null | undefined;
  prefix?: string | null | undefined;
}>;


export type StepEntriesQuery = { readonly pipelineRun: { readonly step: { readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string }> } | null } | null };

export type StepHistoryQueryVariables = Exact<{
  run: string;
  step: string;
  attempt?: number | null | undefined;
  key: string;
  first: number;
  after?: string | null | undefined;
}>;


export type StepHistoryQuery = { readonly pipelineRun: { readonly step: { readonly metadataHistory: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null } | null };

export type StepSeriesQueryVariables = Exact<{
  run: string;
  step: string;
  attempt?: number | null | undefined;
  key: string;
  maxPoints: number;
  x?: SeriesAxis | null | undefined;
  from?: number | bigint | null | undefined;
  to?: number | bigint | null | undefined;
}>;


export type StepSeriesQuery = { readonly pipelineRun: { readonly step: { readonly metadataSeries: { readonly key: string, readonly total: number, readonly min: number | null, readonly max: number | null, readonly points: ReadonlyArray<{ readonly value: number, readonly iteration: number | bigint | null, readonly loggedAt: string }> } } | null } | null };

export type RunSeriesQueryVariables = Exact<{
  refs: ReadonlyArray<string> | string;
  keys: ReadonlyArray<string> | string;
  maxPoints: number;
  x?: SeriesAxis | null | undefined;
  from?: number | bigint | null | undefined;
  to?: number | bigint | null | undefined;
}>;


export type RunSeriesQuery = { readonly series: ReadonlyArray<{ readonly key: string, readonly total: number, readonly min: number | null, readonly max: number | null, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }, readonly step: { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } | null, readonly points: ReadonlyArray<{ readonly value: number, readonly iteration: number | bigint | null, readonly loggedAt: string }> }> };

export type StepRunQueryVariables = Exact<{
  id: string;
}>;


export type StepRunQuery = { readonly step: { readonly name: string, readonly attempt: number, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } } | null };

export type MetadataKeysQueryVariables = Exact<{
  pipeline?: string | null | undefined;
  prefix?: string | null | undefined;
  first: number;
}>;


export type MetadataKeysQuery = { readonly metadataKeys: ReadonlyArray<{ readonly key: string, readonly types: ReadonlyArray<MetadataType>, readonly runs: number, readonly lastLoggedAt: string }> };

export type CompareRunsQueryVariables = Exact<{
  refs: ReadonlyArray<string> | string;
  keys?: ReadonlyArray<string> | string | null | undefined;
}>;


export type CompareRunsQuery = { readonly compareRuns: { readonly runs: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly rows: ReadonlyArray<{ readonly key: string, readonly differs: boolean, readonly cells: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } | null> }> } };

export type MetadataLoggedSubscriptionVariables = Exact<{
  ref: string;
  keys?: ReadonlyArray<string> | string | null | undefined;
  after?: string | null | undefined;
}>;


export type MetadataLoggedSubscription = { readonly metadataLogged: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } };

export type ChangesSubscriptionVariables = Exact<{
  refs?: ReadonlyArray<string> | string | null | undefined;
  pipeline?: string | null | undefined;
  keys?: ReadonlyArray<string> | string | null | undefined;
  after?: string | null | undefined;
}>;


export type ChangesSubscription = { readonly changes:
    | { readonly __typename: 'EntryLogged', readonly cursor: string, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }, readonly entry: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } }
    | { readonly __typename: 'EntryRetracted', readonly cursor: string, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }, readonly entry: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string }, readonly latest: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly iteration: number | bigint | null, readonly loggedAt: string } | null }
    | { readonly __typename: 'RunChanged', readonly cursor: string, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } }
    | { readonly __typename: 'RunDeleted', readonly runId: string, readonly name: string, readonly cursor: string }
    | { readonly __typename: 'StepChanged', readonly cursor: string, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }, readonly step: { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly lastSeenAt: string | null, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } }
   };

/** The text of an operation, which also knows the types of its answer and of its variables. */
export type Operation<Answer, Variables> = string & { readonly __types?: (variables: Variables) => Answer };

export const StartRun = "mutation StartRun($input:StartRunInput!){startRun(input:$input){...Run}} fragment Run on PipelineRun{id name pipeline status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<StartRunMutation, StartRunMutationVariables>;
export const FinishRun = "mutation FinishRun($ref:String!$status:ExecutionStatus!$endedAt:DateTime$failure:FailureInput){finishRun(ref:$ref status:$status endedAt:$endedAt failure:$failure){id}}" as Operation<FinishRunMutation, FinishRunMutationVariables>;
export const StartStep = "mutation StartStep($input:StartStepInput!){startStep(input:$input){...Step}} fragment Step on Step{id name attempt status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<StartStepMutation, StartStepMutationVariables>;
export const FinishStep = "mutation FinishStep($id:UUID!$status:ExecutionStatus!$endedAt:DateTime$failure:FailureInput){finishStep(id:$id status:$status endedAt:$endedAt failure:$failure){id}}" as Operation<FinishStepMutation, FinishStepMutationVariables>;
export const CreateRunToken = "mutation CreateRunToken($input:CreateRunTokenInput!){createRunToken(input:$input){token}}" as Operation<CreateRunTokenMutation, CreateRunTokenMutationVariables>;
export const KeepAlive = "mutation KeepAlive($runIds:[UUID!]$stepIds:[UUID!]){keepAlive(runIds:$runIds stepIds:$stepIds)}" as Operation<KeepAliveMutation, KeepAliveMutationVariables>;
export const LogMetadata = "mutation LogMetadata($input:LogMetadataInput!){logMetadata(input:$input){replayed entries{...Entry}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<LogMetadataMutation, LogMetadataMutationVariables>;
export const LogMetadataBatch = "mutation LogMetadataBatch($inputs:[LogMetadataInput!]!){logMetadataBatch(inputs:$inputs){replayed}}" as Operation<LogMetadataBatchMutation, LogMetadataBatchMutationVariables>;
export const RetractMetadata = "mutation RetractMetadata($entryId:ID!$reason:String!){retractMetadata(entryId:$entryId reason:$reason){latest{...Entry}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<RetractMetadataMutation, RetractMetadataMutationVariables>;
export const DeleteRun = "mutation DeleteRun($ref:String!){deleteRun(ref:$ref)}" as Operation<DeleteRunMutation, DeleteRunMutationVariables>;
export const FindRun = "query FindRun($ref:String!){pipelineRun(ref:$ref){...Run}} fragment Run on PipelineRun{id name pipeline status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<FindRunQuery, FindRunQueryVariables>;
export const ListRuns = "query ListRuns($first:Int!$after:String$filter:PipelineRunFilter$orderBy:PipelineRunOrder){pipelineRuns(first:$first after:$after filter:$filter orderBy:$orderBy){nodes{...Run}pageInfo{hasNextPage endCursor}}} fragment Run on PipelineRun{id name pipeline status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<ListRunsQuery, ListRunsQueryVariables>;
export const RunEntry = "query RunEntry($run:String!$key:String!){pipelineRun(ref:$run){runMetadata(key:$key){...Entry}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<RunEntryQuery, RunEntryQueryVariables>;
export const RunEntries = "query RunEntries($run:String!$keys:[String!]$prefix:String$scope:MetadataScope!){pipelineRun(ref:$run){metadata(keys:$keys prefix:$prefix scope:$scope){...Entry}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<RunEntriesQuery, RunEntriesQueryVariables>;
export const RunLatestIds = "query RunLatestIds($run:String!$keys:[String!]$after:String){pipelineRun(ref:$run){metadata(keys:$keys scope:RUN){id key}steps(first:100 after:$after includeRetried:true){nodes{metadata(keys:$keys){id key}}pageInfo{hasNextPage endCursor}}}}" as Operation<RunLatestIdsQuery, RunLatestIdsQueryVariables>;
export const RunHistory = "query RunHistory($run:String!$key:String!$first:Int!$after:String){pipelineRun(ref:$run){metadataHistory(key:$key first:$first after:$after){nodes{...Entry}pageInfo{hasNextPage endCursor}}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<RunHistoryQuery, RunHistoryQueryVariables>;
export const RunSteps = "query RunSteps($run:String!$first:Int!$after:String$includeRetried:Boolean!){pipelineRun(ref:$run){steps(first:$first after:$after includeRetried:$includeRetried){nodes{...Step}pageInfo{hasNextPage endCursor}}}} fragment Step on Step{id name attempt status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<RunStepsQuery, RunStepsQueryVariables>;
export const FindStep = "query FindStep($run:String!$step:String!$attempt:Int){pipelineRun(ref:$run){step(name:$step attempt:$attempt){...Step}}} fragment Step on Step{id name attempt status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<FindStepQuery, FindStepQueryVariables>;
export const StepEntry = "query StepEntry($run:String!$step:String!$attempt:Int$key:String!){pipelineRun(ref:$run){step(name:$step attempt:$attempt){runMetadata(key:$key){...Entry}}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<StepEntryQuery, StepEntryQueryVariables>;
export const StepEntries = "query StepEntries($run:String!$step:String!$attempt:Int$keys:[String!]$prefix:String){pipelineRun(ref:$run){step(name:$step attempt:$attempt){metadata(keys:$keys prefix:$prefix){...Entry}}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<StepEntriesQuery, StepEntriesQueryVariables>;
export const StepHistory = "query StepHistory($run:String!$step:String!$attempt:Int$key:String!$first:Int!$after:String){pipelineRun(ref:$run){step(name:$step attempt:$attempt){metadataHistory(key:$key first:$first after:$after){nodes{...Entry}pageInfo{hasNextPage endCursor}}}}} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<StepHistoryQuery, StepHistoryQueryVariables>;
export const StepSeries = "query StepSeries($run:String!$step:String!$attempt:Int$key:String!$maxPoints:Int!$x:SeriesAxis$from:Float$to:Float){pipelineRun(ref:$run){step(name:$step attempt:$attempt){metadataSeries(key:$key maxPoints:$maxPoints x:$x from:$from to:$to){...Series}}}} fragment Series on MetadataSeries{key total min max points{value iteration loggedAt}}" as Operation<StepSeriesQuery, StepSeriesQueryVariables>;
export const RunSeries = "query RunSeries($refs:[String!]!$keys:[String!]!$maxPoints:Int!$x:SeriesAxis$from:Float$to:Float){series(refs:$refs keys:$keys maxPoints:$maxPoints x:$x from:$from to:$to){...Series run{...Run}step{...Step}}} fragment Series on MetadataSeries{key total min max points{value iteration loggedAt}} fragment Run on PipelineRun{id name pipeline status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback} fragment Step on Step{id name attempt status failure{...Failure}lastSeenAt startedAt endedAt}" as Operation<RunSeriesQuery, RunSeriesQueryVariables>;
export const StepRun = "query StepRun($id:UUID!){step(id:$id){name attempt run{...Run}}} fragment Run on PipelineRun{id name pipeline status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback}" as Operation<StepRunQuery, StepRunQueryVariables>;
export const MetadataKeys = "query MetadataKeys($pipeline:String$prefix:String$first:Int!){metadataKeys(pipeline:$pipeline prefix:$prefix first:$first){key types runs lastLoggedAt}}" as Operation<MetadataKeysQuery, MetadataKeysQueryVariables>;
export const CompareRuns = "query CompareRuns($refs:[String!]!$keys:[String!]){compareRuns(refs:$refs keys:$keys){runs{...Run}rows{key differs cells{...Entry}}}} fragment Run on PipelineRun{id name pipeline status failure{...Failure}lastSeenAt startedAt endedAt} fragment Failure on Failure{type message traceback} fragment Entry on MetadataEntry{id key qualifiedKey value type number display iteration loggedAt}" as Operation<CompareRunsQuery, CompareRunsQueryVariables>;
