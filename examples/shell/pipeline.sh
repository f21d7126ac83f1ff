#!/bin/sh
# A pipeline in a shell: one run with three steps, which tells irises apart by the nearest centroid of their kind. Start a
# service with `npx runledger serve`, then:
#
#   examples/shell/pipeline.sh [NAME OF THE RUN]
#
# Each step is a command, in whatever language: it finds its run and step by the environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export RUNLEDGER="${RUNLEDGER:-npx runledger}"

# Called by itself, it calls itself again as a run.
if [ -z "${RUNLEDGER_RUN_ID:-}" ]; then
  exec $RUNLEDGER run ${1:+"$1"} --pipeline iris-shell -- "$0"
fi

WORK=$(mktemp -d)
export WORK
trap 'rm -rf "$WORK"' EXIT

$RUNLEDGER step load     -- "$here/load.sh" "$here/iris.csv"
$RUNLEDGER step train    -- "$here/train.sh"
$RUNLEDGER step evaluate -- "$here/evaluate.sh"

accuracy=$($RUNLEDGER get evaluate::accuracy --run "$RUNLEDGER_RUN_ID")
echo "accuracy $accuracy"
# What is logged outside of a step goes to the run.
$RUNLEDGER log approved="$(awk -v accuracy="$accuracy" 'BEGIN { print (accuracy >= 0.9 ? "true" : "false") }')"
