#!/usr/bin/env bash
# Accuracy of a shared context on the classes that it was tuned on and on the others, with their harmonic mean.
#
#   Examples/base-to-new.sh [SEEDS]
#
# Each task in Assets/Data is tuned on the first half of its classes and evaluated on both halves. One row (method, task,
# seed, base, new, template on new) a run goes to standard output, means at the end to standard error. Needs bash, awk
# and the built program ($ZIPLAB where it is elsewhere); some minutes.
set -euo pipefail
root=$(dirname "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)")
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for seed in ${1:-1 2 3}; do
  for split in "$root"/Assets/Data/*/split.json; do
    data=$(dirname "$split")
    while IFS=: read -r name queries method; do
      "$ziplab" --json --no-color -c "model load \"$root/Assets/Model\"
        data load \"$data\" --seed $seed --classes base
        prompt new --method $method --seed $seed
        run --queries $queries --split test --eval-every 1000000
        eval --base-to-new
        data load \"$data\" --seed $seed --classes new
        zeroshot" 2>"$work/err" | awk -v row="$name	$(basename "$data")	$seed" '
          function value(key) { match($0, "\"" key "\":[0-9.]+"); return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) }
          /"input":"eval/ { row = row "\t" value("base.accuracy") "\t" value("new.accuracy") }
          /"input":"zeroshot/ { row = row "\t" value("accuracy") }
          END { print row }' || { cat "$work/err" >&2; exit 1; }
    done <<'RUNS'
zip:5000:zip
shared at 150:150:gauss-newton --head none --budget 150
shared at 500:500:gauss-newton --head none --budget 500
shared with prior 3e-6 at 150:150:gauss-newton --head none --budget 150 --prior 3e-6
shared with prior 3e-6 at 500:500:gauss-newton --head none --budget 500 --prior 3e-6
RUNS
  done
done | tee "$work/rows"
awk -F'\t' '{ n[$1]++; base[$1] += $4; new[$1] += $5; template[$1] += $6; harmonic[$1] += 2 * $4 * $5 / ($4 + $5) }
  END { for (m in n) printf "%s: base %.1f, new %.1f, harmonic mean %.1f; template on new %.1f (%d runs)\n", m, base[m] / n[m], new[m] / n[m], harmonic[m] / n[m], template[m] / n[m], n[m] }' "$work/rows" >&2
