#!/bin/sh
# The model: the centroid of each kind of iris.
set -eu
awk -F, '
  { count[$5]++; for (i = 1; i <= 4; i++) sum[$5, i] += $i }
  END {
    for (kind in count) {
      printf "%s", kind
      for (i = 1; i <= 4; i++) printf ",%.6f", sum[kind, i] / count[kind]
      print ""
    }
  }
' "$WORK/train.csv" | sort > "$WORK/model.csv"
$RUNLEDGER log model="path:$WORK/model.csv" kinds="$(($(wc -l < "$WORK/model.csv")))" \
  features=json:'["sepal length", "sepal width", "petal length", "petal width"]'
