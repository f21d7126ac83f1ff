"""The texts of the queries."""

RUN = "id name pipeline status startedAt endedAt"
STEP = "id name attempt status startedAt endedAt"
VALUE = "key qualifiedKey value type"
ENTRY = (
    "id key qualifiedKey value type number display iteration loggedAt run{id} step{id name}"
)

FIND_RUN = "query($ref:String!){pipelineRun(ref:$ref){%s}}" % RUN
LIST_RUNS = (
    "query($first:Int,$after:String,$filter:PipelineRunFilter,$orderBy:PipelineRunOrder)"
    "{pipelineRuns(first:$first,after:$after,filter:$filter,orderBy:$orderBy)"
    "{nodes{%s} pageInfo{hasNextPage endCursor}}}" % RUN
)
FIND_STEP = "query($id:UUID!){step(id:$id){%s run{%s}}}" % (STEP, RUN)
RUN_STEP = "query($ref:String!,$name:String!,$attempt:Int){pipelineRun(ref:$ref){step(name:$name,attempt:$attempt){%s}}}" % STEP
RUN_STEPS = (
    "query($ref:String!,$after:String,$includeRetried:Boolean){pipelineRun(ref:$ref)"
    "{steps(first:200,after:$after,includeRetried:$includeRetried){nodes{%s} pageInfo{hasNextPage endCursor}}}}" % STEP
)

RUN_KEY = "query($ref:String!,$key:String!){pipelineRun(ref:$ref){runMetadata(key:$key){%s}}}" % VALUE
STEP_KEY = "query($ref:UUID!,$key:String!){step(id:$ref){runMetadata(key:$key){%s}}}" % VALUE
RUN_MAP = "query($ref:String!){pipelineRun(ref:$ref){metadata{%s}}}" % VALUE
STEP_MAP = "query($ref:UUID!){step(id:$ref){metadata{%s}}}" % VALUE
RUN_ENTRY = "query($ref:String!,$key:String!){pipelineRun(ref:$ref){runMetadata(key:$key){%s}}}" % ENTRY
STEP_ENTRY = "query($ref:UUID!,$key:String!){step(id:$ref){runMetadata(key:$key){%s}}}" % ENTRY
_HISTORY = "{metadataHistory(key:$key,first:$first,after:$after){nodes{%s} pageInfo{hasNextPage endCursor}}}" % ENTRY
RUN_HISTORY = "query($ref:String!,$key:String!,$first:Int,$after:String){pipelineRun(ref:$ref)%s}" % _HISTORY
STEP_HISTORY = "query($ref:UUID!,$key:String!,$first:Int,$after:String){step(id:$ref)%s}" % _HISTORY
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
    "{runs{%s} rows{key differs cells{value type}}}}" % RUN
)
FOLLOW = "subscription($ref:String!,$keys:[String!],$after:ID){metadataLogged(ref:$ref,keys:$keys,after:$after){%s}}" % ENTRY
RETRACT = "mutation($entryId:ID!,$reason:String!){retractMetadata(entryId:$entryId,reason:$reason){latest{%s}}}" % ENTRY
DELETE_RUN = "mutation($ref:String!){deleteRun(ref:$ref)}"
