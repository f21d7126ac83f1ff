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

/** Which way a list is sorted. */
export type SortDirection =
  | 'ASC'
  | 'DESC';

export type RowFragment = { readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null };

export type ShownStepFragment = { readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null };

export type ValueFragment = { readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown };

export type LoggedFragment = { readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown, readonly step: { readonly name: string, readonly attempt: number } | null };

export type RunTableQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PipelineRunFilter | null | undefined;
  orderBy?: PipelineRunOrder | null | undefined;
  keys: ReadonlyArray<string> | string;
}>;


export type RunTableQuery = { readonly pipelineRuns: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly metadata: ReadonlyArray<{ readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown }>, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RunCountQueryVariables = Exact<{
  filter?: PipelineRunFilter | null | undefined;
}>;


export type RunCountQuery = { readonly runFacets: { readonly total: number } };

export type CommonKeysQueryVariables = Exact<{
  pipeline?: string | null | undefined;
}>;


export type CommonKeysQuery = { readonly metadataKeys: ReadonlyArray<{ readonly key: string, readonly types: ReadonlyArray<MetadataType>, readonly runs: number }> };

export type ShowRunQueryVariables = Exact<{
  ref: string;
  keys?: ReadonlyArray<string> | string | null | undefined;
}>;


export type ShowRunQuery = { readonly pipelineRun: { readonly lastSeenAt: string | null, readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly metadata: ReadonlyArray<{ readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown, readonly step: { readonly name: string, readonly attempt: number } | null }>, readonly steps: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } }, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null } | null };

export type MoreStepsQueryVariables = Exact<{
  run: string;
  after?: string | null | undefined;
}>;


export type MoreStepsQuery = { readonly pipelineRun: { readonly steps: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly attempt: number, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type KeyHistoryQueryVariables = Exact<{
  ref: string;
  key: string;
  first: number;
  after?: string | null | undefined;
  withCount: boolean;
}>;


export type KeyHistoryQuery = { readonly pipelineRun: { readonly name: string, readonly metadataHistory: { readonly totalCount?: number, readonly nodes: ReadonlyArray<{ readonly iteration: number | bigint | null, readonly loggedAt: string, readonly id: string, readonly key: string, readonly qualifiedKey: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown, readonly step: { readonly name: string, readonly attempt: number } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type CompareTableQueryVariables = Exact<{
  refs: ReadonlyArray<string> | string;
  keys?: ReadonlyArray<string> | string | null | undefined;
}>;


export type CompareTableQuery = { readonly compareRuns: { readonly runs: ReadonlyArray<{ readonly id: string, readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus, readonly startedAt: string, readonly endedAt: string | null, readonly failure: { readonly type: string, readonly message: string, readonly traceback: string | null } | null }>, readonly rows: ReadonlyArray<{ readonly key: string, readonly differs: boolean, readonly cells: ReadonlyArray<{ readonly id: string, readonly type: MetadataType, readonly number: number | null, readonly display: string, readonly value: unknown } | null>, readonly leaves: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly differs: boolean, readonly present: ReadonlyArray<boolean>, readonly values: ReadonlyArray<unknown> }> | null }> } };

export type RunNamesQueryVariables = Exact<{
  prefix: string;
}>;


export type RunNamesQuery = { readonly pipelineRuns: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly pipeline: string, readonly status: ExecutionStatus }> } };

export type PipelineNamesQueryVariables = Exact<{
  prefix: string;
}>;


export type PipelineNamesQuery = { readonly pipelines: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly runs: number }> } };

export type KeyNamesQueryVariables = Exact<{
  prefix: string;
}>;


export type KeyNamesQuery = { readonly metadataKeys: ReadonlyArray<{ readonly key: string, readonly types: ReadonlyArray<MetadataType> }> };

export type StepNamesQueryVariables = Exact<{
  ref: string;
}>;


export type StepNamesQuery = { readonly pipelineRun: { readonly steps: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly status: ExecutionStatus }> } } | null };

/** The text of an operation, which also knows the types of its answer and of its variables. */
export type Operation<Answer, Variables> = string & { readonly __types?: (variables: Variables) => Answer };

export const RunTable = "query RunTable($first: Int!, $after: String, $filter: PipelineRunFilter, $orderBy: PipelineRunOrder, $keys: [String!]!) { pipelineRuns(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { nodes { ...Row metadata(keys: $keys) { ...Value } } pageInfo { hasNextPage endCursor } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } } fragment Value on MetadataEntry { id key qualifiedKey type number display value }" as Operation<RunTableQuery, RunTableQueryVariables>;
export const RunCount = "query RunCount($filter: PipelineRunFilter) { runFacets(filter: $filter) { total } }" as Operation<RunCountQuery, RunCountQueryVariables>;
export const CommonKeys = "query CommonKeys($pipeline: String) { metadataKeys(pipeline: $pipeline, first: 200) { key types runs } }" as Operation<CommonKeysQuery, CommonKeysQueryVariables>;
export const ShowRun = "query ShowRun($ref: String!, $keys: [String!]) { pipelineRun(ref: $ref) { ...Row lastSeenAt metadata(keys: $keys) { ...Logged } steps(first: 200, includeRetried: true) { nodes { ...ShownStep } pageInfo { hasNextPage endCursor } totalCount } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } } fragment Logged on MetadataEntry { ...Value iteration loggedAt step { name attempt } } fragment Value on MetadataEntry { id key qualifiedKey type number display value } fragment ShownStep on Step { id name attempt status startedAt endedAt failure { type message traceback } }" as Operation<ShowRunQuery, ShowRunQueryVariables>;
export const MoreSteps = "query MoreSteps($run: String!, $after: String) { pipelineRun(ref: $run) { steps(first: 200, after: $after, includeRetried: true) { nodes { ...ShownStep } pageInfo { hasNextPage endCursor } } } } fragment ShownStep on Step { id name attempt status startedAt endedAt failure { type message traceback } }" as Operation<MoreStepsQuery, MoreStepsQueryVariables>;
export const KeyHistory = "query KeyHistory($ref: String!, $key: String!, $first: Int!, $after: String, $withCount: Boolean!) { pipelineRun(ref: $ref) { name metadataHistory(key: $key, first: $first, after: $after) { nodes { ...Logged } pageInfo { hasNextPage endCursor } totalCount @include(if: $withCount) } } } fragment Logged on MetadataEntry { ...Value iteration loggedAt step { name attempt } } fragment Value on MetadataEntry { id key qualifiedKey type number display value }" as Operation<KeyHistoryQuery, KeyHistoryQueryVariables>;
export const CompareTable = "query CompareTable($refs: [String!]!, $keys: [String!]) { compareRuns(refs: $refs, keys: $keys) { runs { ...Row } rows { key differs cells { id type number display value } leaves { path differs present values } } } } fragment Row on PipelineRun { id name pipeline status startedAt endedAt failure { type message traceback } }" as Operation<CompareTableQuery, CompareTableQueryVariables>;
export const RunNames = "query RunNames($prefix: String!) { pipelineRuns(first: 50, filter: {namePrefix: $prefix}) { nodes { name pipeline status } } }" as Operation<RunNamesQuery, RunNamesQueryVariables>;
export const PipelineNames = "query PipelineNames($prefix: String!) { pipelines(first: 50, prefix: $prefix) { nodes { name runs } } }" as Operation<PipelineNamesQuery, PipelineNamesQueryVariables>;
export const KeyNames = "query KeyNames($prefix: String!) { metadataKeys(prefix: $prefix, first: 100) { key types } }" as Operation<KeyNamesQuery, KeyNamesQueryVariables>;
export const StepNames = "query StepNames($ref: String!) { pipelineRun(ref: $ref) { steps(first: 100) { nodes { name status } } } }" as Operation<StepNamesQuery, StepNamesQueryVariables>;
