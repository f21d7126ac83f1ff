#!/bin/sh
# How many flowers of the test are nearest to the centroid of their own kind.
set -eu
awk -F, '
  NR == FNR { kinds[$1]; for (i = 1; i <= 4; i++) centre[$1, i] = $(i + 1); next }
  {
    best = ""
    for (kind in kinds) {
      far = 0
      for (i = 1; i <= 4; i++) far += ($i - centre[kind, i]) ^ 2
      if (best == "" || far < least) { best = kind; least = far }
    }
    total++
    right += best == $5
  }
  END { printf "accuracy=%.4f\nright=%d\n", right / total, right }
' "$WORK/model.csv" "$WORK/test.csv" | xargs $RUNLEDGER log
