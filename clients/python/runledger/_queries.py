"""The texts of the queries."""

_FAILURE = "lastSeenAt failure{type message traceback}"
RUN = "id name pipeline status startedAt endedAt lastSeenAt failure{type message}"
RUN_WHOLE = f"id name pipeline status startedAt endedAt {_FAILURE}"
STEP = f"id name attempt status startedAt endedAt {_FAILURE}"
VALUE = "key qualifiedKey value type"
ENTRY = "id key qualifiedKey value type number display iteration loggedAt run{id} step{id name}"

FIND_RUN = f"query($ref:String!){{pipelineRun(ref:$ref){{{RUN_WHOLE}}}}}"
LIST_RUNS = (
    "query($first:Int,$after:String,$filter:PipelineRunFilter,$orderBy:PipelineRunOrder)"
    "{pipelineRuns(first:$first,after:$after,filter:$filter,orderBy:$orderBy)"
    f"{{nodes{{{RUN}}} pageInfo{{hasNextPage endCursor}}}}}}"
)
TABLE = (
    "query($first:Int,$after:String,$filter:PipelineRunFilter,$orderBy:PipelineRunOrder,$keys:[String!])"
    "{pipelineRuns(first:$first,after:$after,filter:$filter,orderBy:$orderBy)"
    "{nodes{id name pipeline status startedAt endedAt metadata(keys:$keys){id key qualifiedKey value type}}"
    " pageInfo{hasNextPage endCursor}}}"
)
FIND_STEP = f"query($id:UUID!){{step(id:$id){{{STEP} run{{{RUN}}}}}}}"
RUN_STEP = (
    "query($ref:String!,$name:String!,$attempt:Int){pipelineRun(ref:$ref)"
    f"{{step(name:$name,attempt:$attempt){{{STEP}}}}}}}"
)
RUN_STEPS = (
    "query($ref:String!,$after:String,$includeRetried:Boolean){pipelineRun(ref:$ref)"
    "{steps(first:200,after:$after,includeRetried:$includeRetried)"
    f"{{nodes{{{STEP}}} pageInfo{{hasNextPage endCursor}}}}}}}}"
)

RUN_KEY = f"query($ref:String!,$key:String!){{pipelineRun(ref:$ref){{runMetadata(key:$key){{{VALUE}}}}}}}"
STEP_KEY = f"query($ref:UUID!,$key:String!){{step(id:$ref){{runMetadata(key:$key){{{VALUE}}}}}}}"
RUN_MAP = f"query($ref:String!){{pipelineRun(ref:$ref){{metadata{{{VALUE}}}}}}}"
STEP_MAP = f"query($ref:UUID!){{step(id:$ref){{metadata{{{VALUE}}}}}}}"
RUN_ENTRY = f"query($ref:String!,$key:String!){{pipelineRun(ref:$ref){{runMetadata(key:$key){{{ENTRY}}}}}}}"
STEP_ENTRY = f"query($ref:UUID!,$key:String!){{step(id:$ref){{runMetadata(key:$key){{{ENTRY}}}}}}}"
_HISTORY = (
    f"{{metadataHistory(key:$key,first:$first,after:$after){{nodes{{{ENTRY}}} pageInfo{{hasNextPage endCursor}}}}}}"
)
RUN_HISTORY = f"query($ref:String!,$key:String!,$first:Int,$after:String){{pipelineRun(ref:$ref){_HISTORY}}}"
STEP_HISTORY = f"query($ref:UUID!,$key:String!,$first:Int,$after:String){{step(id:$ref){_HISTORY}}}"
_SERIES = "total min max points{value iteration loggedAt}"
SERIES = (
    "query($ref:UUID!,$key:String!,$maxPoints:Int){step(id:$ref)"
    f"{{metadataSeries(key:$key,maxPoints:$maxPoints){{{_SERIES}}}}}}}"
)
RUN_SERIES = (
    "query($refs:[String!]!,$keys:[String!]!,$maxPoints:Int)"
    f"{{series(refs:$refs,keys:$keys,maxPoints:$maxPoints){{{_SERIES}}}}}"
)
MANY_SERIES = (
    "query($refs:[String!]!,$keys:[String!]!,$maxPoints:Int)"
    f"{{series(refs:$refs,keys:$keys,maxPoints:$maxPoints){{key run{{{RUN}}} {_SERIES}}}}}"
)
KEYS = (
    "query($pipeline:String,$prefix:String,$first:Int,$qualified:Boolean)"
    "{metadataKeys(pipeline:$pipeline,prefix:$prefix,first:$first,qualified:$qualified){key types runs lastLoggedAt}}"
)
FACETS = (
    "query($filter:PipelineRunFilter){runFacets(filter:$filter){total statuses{status runs} pipelines{pipeline runs}}}"
)
PIPELINES = (
    "query($prefix:String,$first:Int,$after:String){pipelines(prefix:$prefix,first:$first,after:$after)"
    "{nodes{name runs lastStartedAt} pageInfo{hasNextPage endCursor}}}"
)
COMPARE = (
    "query($refs:[String!]!,$keys:[String!]){compareRuns(refs:$refs,keys:$keys)"
    f"{{runs{{{RUN}}} rows{{key differs cells{{value type}}}}}}}}"
)
LATEST_IDS = (
    "query($ref:String!,$keys:[String!],$after:String){pipelineRun(ref:$ref)"
    "{endedAt metadata(keys:$keys,scope:RUN){id} steps(first:200,after:$after,includeRetried:true)"
    "{nodes{metadata(keys:$keys){id}} pageInfo{hasNextPage endCursor}}}}"
)
FOLLOW = (
    "subscription($ref:String!,$keys:[String!],$after:ID)"
    f"{{metadataLogged(ref:$ref,keys:$keys,after:$after){{{ENTRY}}}}}"
)
CHANGES = (
    "subscription($refs:[String!],$pipeline:String,$keys:[String!],$after:ID)"
    "{changes(refs:$refs,pipeline:$pipeline,keys:$keys,after:$after){cursor __typename "
    f"...on RunChanged{{run{{{RUN}}}}} ...on StepChanged{{run{{{RUN}}} step{{{STEP}}}}} "
    f"...on EntryLogged{{run{{{RUN}}} entry{{{ENTRY}}}}} "
    f"...on EntryRetracted{{run{{{RUN}}} entry{{{ENTRY}}} latest{{{ENTRY}}}}} ...on RunDeleted{{runId name}}}}}}"
)
RETRACT = (
    f"mutation($entryId:ID!,$reason:String!){{retractMetadata(entryId:$entryId,reason:$reason){{latest{{{ENTRY}}}}}}}"
)
DELETE_RUN = "mutation($ref:String!){deleteRun(ref:$ref)}"
