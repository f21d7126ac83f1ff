/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** How a run or step stands. CACHED: a step that took over the result of another. RETRIED: an attempt that did not complete and was followed by another. CRASHED: its process said that it lives, and then fell silent; only the service says so. */
export type ExecutionStatus =
  | 'CACHED'
  | 'CANCELLED'
  | 'COMPLETED'
  | 'CRASHED'
  | 'FAILED'
  | 'RETRIED'
  | 'RUNNING';

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

/** What a caller may do. READ: queries and subscriptions. WRITE: start, finish, log. ADMIN: those, retract, delete, keys. */
export type Scope =
  | 'ADMIN'
  | 'READ'
  | 'WRITE';

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

/** A step by its name and run. */
export type StepRef = {
  /** The newest when left out. */
  readonly attempt?: number | null | undefined;
  readonly name: string;
  /** The run: id, name, or a prefix of one. */
  readonly run: string;
};

export type RowFragment = { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null };

export type CellFragment = { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string };

export type EntryFragment = { readonly value: unknown, readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly step: { readonly name: string, readonly attempt: number } | null };

export type StepRowFragment = { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null, readonly cachedFrom: { readonly id: string, readonly run: { readonly id: string, readonly name: string } } | null };

export type RunRowsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PipelineRunFilter | null | undefined;
  orderBy?: PipelineRunOrder | null | undefined;
  keys: ReadonlyArray<string> | string;
  deep: ReadonlyArray<string> | string;
}>;


export type RunRowsQuery = { readonly pipelineRuns: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string }>, readonly deep: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown }>, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type FacetsQueryVariables = Exact<{
  filter?: PipelineRunFilter | null | undefined;
}>;


export type FacetsQuery = { readonly runFacets: { readonly total: number, readonly statuses: ReadonlyArray<{ readonly status: ExecutionStatus, readonly runs: number }>, readonly pipelines: ReadonlyArray<{ readonly pipeline: string, readonly runs: number }> } };

export type KeysQueryVariables = Exact<{
  pipeline?: string | null | undefined;
  prefix?: string | null | undefined;
  first: number;
}>;


export type KeysQuery = { readonly metadataKeys: ReadonlyArray<{ readonly key: string, readonly types: ReadonlyArray<MetadataType>, readonly runs: number }> };

export type EntryOfQueryVariables = Exact<{
  run: string;
  key: string;
}>;


export type EntryOfQuery = { readonly pipelineRun: { readonly runMetadata: { readonly value: unknown, readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly step: { readonly name: string, readonly attempt: number } | null } | null } | null };

export type RunDetailQueryVariables = Exact<{
  ref: string;
}>;


export type RunDetailQuery = { readonly pipelineRun: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly metadata: ReadonlyArray<{ readonly value: unknown, readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly step: { readonly name: string, readonly attempt: number } | null }>, readonly steps: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null, readonly cachedFrom: { readonly id: string, readonly run: { readonly id: string, readonly name: string } } | null }> }, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } | null };

export type AttemptEntriesQueryVariables = Exact<{
  run: string;
  step: string;
  attempt: number;
}>;


export type AttemptEntriesQuery = { readonly pipelineRun: { readonly step: { readonly metadata: ReadonlyArray<{ readonly value: unknown, readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly step: { readonly name: string, readonly attempt: number } | null }> } | null } | null };

export type HistoryQueryVariables = Exact<{
  run: string;
  key: string;
  first: number;
  after?: string | null | undefined;
}>;


export type HistoryQuery = { readonly pipelineRun: { readonly metadataHistory: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly value: unknown, readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly retraction: { readonly reason: string, readonly retractedAt: string } | null, readonly step: { readonly name: string, readonly attempt: number } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type RetractMutationVariables = Exact<{
  entryId: string;
  reason: string;
}>;


export type RetractMutation = { readonly retractMetadata: { readonly latest: { readonly id: string } | null } };

export type DeleteRunMutationVariables = Exact<{
  ref: string;
}>;


export type DeleteRunMutation = { readonly deleteRun: boolean };

export type SeriesQueryVariables = Exact<{
  refs: ReadonlyArray<string> | string;
  keys: ReadonlyArray<string> | string;
  maxPoints: number;
  x: SeriesAxis;
  from?: number | bigint | null | undefined;
  to?: number | bigint | null | undefined;
}>;


export type SeriesQuery = { readonly series: ReadonlyArray<{ readonly key: string, readonly total: number, readonly min: number | null, readonly max: number | null, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }, readonly step: { readonly name: string, readonly attempt: number } | null, readonly points: ReadonlyArray<{ readonly value: number, readonly iteration: number | bigint | null, readonly loggedAt: string }> }> };

export type CompareQueryVariables = Exact<{
  refs: ReadonlyArray<string> | string;
}>;


export type CompareQuery = { readonly compareRuns: { readonly runs: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly rows: ReadonlyArray<{ readonly key: string, readonly differs: boolean, readonly cells: ReadonlyArray<{ readonly id: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown } | null>, readonly leaves: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly differs: boolean, readonly present: ReadonlyArray<boolean>, readonly values: ReadonlyArray<unknown> }> | null }> } };

export type AboutQueryVariables = Exact<{ [key: string]: never; }>;


export type AboutQuery = { readonly service: { readonly version: string, readonly time: string, readonly viewer: { readonly name: string, readonly scopes: ReadonlyArray<Scope> } } };

export type ChangesSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ChangesSubscription = { readonly changes:
    | { readonly __typename: 'EntryLogged', readonly cursor: string, readonly run: { readonly id: string, readonly name: string }, readonly entry: { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string } }
    | { readonly __typename: 'EntryRetracted', readonly cursor: string, readonly run: { readonly id: string, readonly name: string }, readonly entry: { readonly id: string, readonly key: string, readonly qualifiedKey: string } }
    | { readonly __typename: 'RunChanged', readonly cursor: string, readonly run: { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } }
    | { readonly __typename: 'RunDeleted', readonly runId: string, readonly name: string, readonly cursor: string }
    | { readonly __typename: 'StepChanged', readonly cursor: string, readonly run: { readonly id: string, readonly name: string }, readonly step: { readonly attempt: number, readonly status: ExecutionStatus } }
   };

export type ExportRowsQueryVariables = Exact<{
  filter?: PipelineRunFilter | null | undefined;
  orderBy?: PipelineRunOrder | null | undefined;
  keys: ReadonlyArray<string> | string;
  after?: string | null | undefined;
}>;


export type ExportRowsQuery = { readonly pipelineRuns: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly value: unknown }>, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type NamesQueryVariables = Exact<{
  text: string;
}>;


export type NamesQuery = { readonly pipelineRuns: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string }> } };

export type AnnotateMutationVariables = Exact<{
  input: LogMetadataInput;
}>;


export type AnnotateMutation = { readonly logMetadata: { readonly replayed: boolean } };

/** The text of an operation, which also knows the types of its answer and of its variables. */
export type Operation<Answer, Variables> = string & { readonly __types?: (variables: Variables) => Answer };

export const RunRows = "query RunRows($first: Int!, $after: String, $filter: PipelineRunFilter, $orderBy: PipelineRunOrder, $keys: [String!]!, $deep: [String!]!) { pipelineRuns(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { nodes { ...Row metadata(keys: $keys) { ...Cell } deep: metadata(keys: $deep) { id key qualifiedKey value } } pageInfo { hasNextPage endCursor } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } } fragment Cell on MetadataEntry { id key qualifiedKey type number display }" as Operation<RunRowsQuery, RunRowsQueryVariables>;
export const Facets = "query Facets($filter: PipelineRunFilter) { runFacets(filter: $filter) { total statuses { status runs } pipelines { pipeline runs } } }" as Operation<FacetsQuery, FacetsQueryVariables>;
export const Keys = "query Keys($pipeline: String, $prefix: String, $first: Int!) { metadataKeys(pipeline: $pipeline, prefix: $prefix, first: $first) { key types runs } }" as Operation<KeysQuery, KeysQueryVariables>;
export const EntryOf = "query EntryOf($run: String!, $key: String!) { pipelineRun(ref: $run) { runMetadata(key: $key) { ...Entry } } } fragment Entry on MetadataEntry { ...Cell value iteration loggedAt step { name attempt } } fragment Cell on MetadataEntry { id key qualifiedKey type number display }" as Operation<EntryOfQuery, EntryOfQueryVariables>;
export const RunDetail = "query RunDetail($ref: String!) { pipelineRun(ref: $ref) { ...Row metadata { ...Entry } steps(first: 200, includeRetried: true) { nodes { ...StepRow } totalCount } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } } fragment Entry on MetadataEntry { ...Cell value iteration loggedAt step { name attempt } } fragment Cell on MetadataEntry { id key qualifiedKey type number display } fragment StepRow on Step { id name attempt status startedAt endedAt failure { type message traceback } cachedFrom { id run { id name } } }" as Operation<RunDetailQuery, RunDetailQueryVariables>;
export const AttemptEntries = "query AttemptEntries($run: String!, $step: String!, $attempt: Int!) { pipelineRun(ref: $run) { step(name: $step, attempt: $attempt) { metadata { ...Entry } } } } fragment Entry on MetadataEntry { ...Cell value iteration loggedAt step { name attempt } } fragment Cell on MetadataEntry { id key qualifiedKey type number display }" as Operation<AttemptEntriesQuery, AttemptEntriesQueryVariables>;
export const History = "query History($run: String!, $key: String!, $first: Int!, $after: String) { pipelineRun(ref: $run) { metadataHistory(key: $key, first: $first, after: $after, includeRetracted: true) { nodes { ...Entry retraction { reason retractedAt } } pageInfo { hasNextPage endCursor } totalCount } } } fragment Entry on MetadataEntry { ...Cell value iteration loggedAt step { name attempt } } fragment Cell on MetadataEntry { id key qualifiedKey type number display }" as Operation<HistoryQuery, HistoryQueryVariables>;
export const Retract = "mutation Retract($entryId: ID!, $reason: String!) { retractMetadata(entryId: $entryId, reason: $reason) { latest { id } } }" as Operation<RetractMutation, RetractMutationVariables>;
export const DeleteRun = "mutation DeleteRun($ref: String!) { deleteRun(ref: $ref) }" as Operation<DeleteRunMutation, DeleteRunMutationVariables>;
export const Series = "query Series($refs: [String!]!, $keys: [String!]!, $maxPoints: Int!, $x: SeriesAxis!, $from: Float, $to: Float) { series( refs: $refs keys: $keys maxPoints: $maxPoints x: $x from: $from to: $to ) { key run { ...Row } step { name attempt } total min max points { value iteration loggedAt } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } }" as Operation<SeriesQuery, SeriesQueryVariables>;
export const Compare = "query Compare($refs: [String!]!) { compareRuns(refs: $refs) { runs { ...Row } rows { key differs cells { id type number display value } leaves { path differs present values } } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } }" as Operation<CompareQuery, CompareQueryVariables>;
export const About = "query About { service { version time viewer { name scopes } } }" as Operation<AboutQuery, AboutQueryVariables>;
export const Changes = "subscription Changes($after: ID) { changes(after: $after) { __typename cursor ... on RunChanged { run { ...Row } } ... on StepChanged { run { id name } step { attempt status } } ... on EntryLogged { run { id name } entry { ...Cell } } ... on EntryRetracted { run { id name } entry { id key qualifiedKey } } ... on RunDeleted { runId name } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } } fragment Cell on MetadataEntry { id key qualifiedKey type number display }" as Operation<ChangesSubscription, ChangesSubscriptionVariables>;
export const ExportRows = "query ExportRows($filter: PipelineRunFilter, $orderBy: PipelineRunOrder, $keys: [String!]!, $after: String) { pipelineRuns(first: 200, after: $after, filter: $filter, orderBy: $orderBy) { nodes { ...Row metadata(keys: $keys) { id key qualifiedKey value } } pageInfo { hasNextPage endCursor } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } }" as Operation<ExportRowsQuery, ExportRowsQueryVariables>;
export const Names = "query Names($text: String!) { pipelineRuns(first: 12, filter: {nameContains: $text}) { nodes { id name pipeline } } }" as Operation<NamesQuery, NamesQueryVariables>;
export const Annotate = "mutation Annotate($input: LogMetadataInput!) { logMetadata(input: $input) { replayed } }" as Operation<AnnotateMutation, AnnotateMutationVariables>;
