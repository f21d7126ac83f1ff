#!/bin/sh
# Splits the data: every third flower is for the test.
set -eu
awk -F, -v work="$WORK" 'NR > 1 { print > (work "/" (NR % 3 ? "train" : "test") ".csv") }' "$1"
$RUNLEDGER log data="path:$1" size="size:$(($(wc -c < "$1")))" \
  train_rows="$(($(wc -l < "$WORK/train.csv")))" test_rows="$(($(wc -l < "$WORK/test.csv")))"
