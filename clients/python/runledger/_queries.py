"""The texts of the queries."""

RUN = "id name pipeline status startedAt endedAt"
STEP = "id name attempt status startedAt endedAt"
VALUE = "key qualifiedKey value type"
ENTRY = "id key qualifiedKey value type number display iteration loggedAt run{id} step{id name}"

FIND_RUN = f"query($ref:String!){{pipelineRun(ref:$ref){{{RUN}}}}}"
LIST_RUNS = (
    "query($first:Int,$after:String,$filter:PipelineRunFilter,$orderBy:PipelineRunOrder)"
    "{pipelineRuns(first:$first,after:$after,filter:$filter,orderBy:$orderBy)"
    f"{{nodes{{{RUN}}} pageInfo{{hasNextPage endCursor}}}}}}"
)
FIND_STEP = f"query($id:UUID!){{step(id:$id){{{STEP} run{{{RUN}}}}}}}"
RUN_STEP = f"query($ref:String!,$name:String!,$attempt:Int){{pipelineRun(ref:$ref){{step(name:$name,attempt:$attempt){{{STEP}}}}}}}"
RUN_STEPS = (
    "query($ref:String!,$after:String,$includeRetried:Boolean){pipelineRun(ref:$ref)"
    f"{{steps(first:200,after:$after,includeRetried:$includeRetried){{nodes{{{STEP}}} pageInfo{{hasNextPage endCursor}}}}}}}}"
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
SERIES = (
    "query($ref:UUID!,$key:String!,$maxPoints:Int){step(id:$ref)"
    "{metadataSeries(key:$key,maxPoints:$maxPoints){total points{value iteration loggedAt}}}}"
)
KEYS = (
    "query($pipeline:String,$prefix:String,$first:Int){metadataKeys(pipeline:$pipeline,prefix:$prefix,first:$first)"
    "{key types runs lastLoggedAt}}"
)
COMPARE = (
    "query($refs:[String!]!,$keys:[String!]){compareRuns(refs:$refs,keys:$keys)"
    f"{{runs{{{RUN}}} rows{{key differs cells{{value type}}}}}}}}"
)
FOLLOW = f"subscription($ref:String!,$keys:[String!],$after:ID){{metadataLogged(ref:$ref,keys:$keys,after:$after){{{ENTRY}}}}}"
RETRACT = (
    f"mutation($entryId:ID!,$reason:String!){{retractMetadata(entryId:$entryId,reason:$reason){{latest{{{ENTRY}}}}}}}"
)
DELETE_RUN = "mutation($ref:String!){deleteRun(ref:$ref)}"
