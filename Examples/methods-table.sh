#!/usr/bin/env bash
# Runs every method on tasks and seeds and prints Markdown tables of test accuracy and training loss.
#
#   Examples/methods-table.sh [-m "METHODS"] [-s "SEEDS"] [-r RESULTS] [-M MODEL] [-p] [DATA…]
#
# DATA are data sets as 'data load' takes them; without any, the tasks in Assets/Data. Each method, task and seed is one run
# of 5 000 training queries, written to RESULTS (methods.tsv beside this file) as a row for each mark when it is done; runs
# that are there already are not made again, so it can be stopped and goes on where it was. -p prints the tables alone.
# A run of zip takes seconds, one of bptvlm, bar or blackvip some ten minutes: each query encodes the pictures anew.
# Needs bash, awk and the built program ($ZIPLAB where it is elsewhere).
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
methods="template bias calibrate zip bptvlm-text bptvlm bar blackvip"
seeds="1 2 3"
results=$here/methods.tsv
model=$root/Assets/Model
only_print=
marks="500 1000 2500 5000"

usage() { sed -n '4p' "${BASH_SOURCE[0]}" | sed 's/^# *//' >&2; exit 2; }
while getopts "m:s:r:M:ph" option; do
  case $option in
    m) methods=$OPTARG ;;
    s) seeds=$OPTARG ;;
    r) results=$OPTARG ;;
    M) model=$OPTARG ;;
    p) only_print=yes ;;
    *) usage ;;
  esac
done
[[ $seeds =~ ^[0-9]+(\ [0-9]+)*$ ]] || usage
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then
  for split in "$root"/Assets/Data/*/split.json; do set -- "$@" "$(dirname "$split")"; done
fi

# The options that a name in the tables stands for.
options() {
  case $1 in
    bptvlm-text) echo "--method bptvlm --visual-tokens 0" ;;
    *) echo "--method $1" ;;
  esac
}

# The statements of one run; the test split is evaluated at the start and at each mark.
script() {
  echo "prompt new $(options "$1") --seed $2"
  echo "eval --split test"
  case $1 in
    template) ;;
    bias | calibrate) echo "step"; echo "eval --split test" ;;
    *) for mark in $marks; do echo "run --queries $mark --eval-every 5000 --split test"; done ;;
  esac
  echo "export csv $3"
}

# Rows of one run: method, task, seed, mark, test accuracy, mean training loss of the 100 queries before (of a fitted head
# on the training images), seconds.
rows='
FNR == NR && /^step,/ { queries[++n] = $3; loss[n] = $4; fitted[n] = $5 }
FNR == NR { next }
FNR != NR && /"status":"(failed|interrupted)"/ { print > "/dev/stderr"; exit 1 }
/"accuracy":/ {
  match($0, /"accuracy":[-0-9.e+]+/); accuracy[++k] = substr($0, RSTART + 11, RLENGTH - 11)
}
{ if (match($0, /"seconds":[-0-9.e+]+/)) seconds += substr($0, RSTART + 10, RLENGTH - 10) }
END {
  split("0 " marks, mark, " ")
  for (i = 1; i <= k; i++) {
    at = k > 2 ? mark[i] : i == 1 ? 0 : "fitted"
    sum = count = 0
    for (j = 1; j <= n; j++) {
      if (at == "fitted") { sum += fitted[j]; count++ }
      else if (queries[j] <= at && queries[j] > at - 100) { sum += loss[j]; count++ }
    }
    printf "%s\t%s\t%s\t%s\t%.4f\t%s\t%.1f\n", method, task, seed, at, accuracy[i], count ? sum / count : "-", seconds
  }
}'

if [ -z "$only_print" ]; then
  command -v "$ziplab" >/dev/null || { echo "no program at '$ziplab': run 'make build', or set ZIPLAB" >&2; exit 1; }
  touch "$results"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for seed in $seeds; do
    for method in $methods; do
      for data in "$@"; do
        task=$(basename "${data%/split.json}")
        grep -q "^$method	$task	$seed	" "$results" && continue
        {
          printf 'model load "%s"\ndata load "%s" --seed %s\n' "$model" "$data" "$seed"
          script "$method" "$seed" "$work/run.csv"
        } | "$ziplab" --json --no-color >"$work/run.json" 2>"$work/run.err" ||
          { tail -n 5 "$work/run.err" >&2; exit 1; }
        awk -F, -v method="$method" -v task="$task" -v seed="$seed" -v marks="$marks" "$rows" \
          "$work/run.csv" "$work/run.json" >"$work/rows"
        cat "$work/rows" >>"$results"
        echo "$method $task $seed: $(tail -n 1 "$work/rows" | cut -f 5) %" >&2
      done
    done
  done
fi

tables='
function key(method, task, mark) { return method SUBSEP task SUBSEP mark }
{
  if (!($1 in methods)) { methods[$1]; order[++count] = $1 }
  if (!($2 in tasks)) { tasks[$2]; names[++total] = $2 }
  k = key($1, $2, $4); n[k]++; sum[k] += $5; square[k] += $5 * $5
  if ($6 != "-") { losses[k]++; loss[k] += $6; lossSquare[k] += $6 * $6 }
  if (($4 == 5000 || $4 == "fitted") && $7 != "-") { seconds[$1] += $7; runs[$1]++ }
}
function deviation(n, sum, square) { v = n > 1 ? (square - sum * sum / n) / (n - 1) : 0; return v > 0 ? sqrt(v) : 0 }
function cell(n, sum, square, format) {
  if (!n) return "–"
  mean = sprintf(format, sum / n)
  return n > 1 ? mean " ± " sprintf(format, deviation(n, sum, square)) : mean " (1)"
}
function table(what, title, format,   i, j, m) {
  print "\n" title "\n"
  print "| method | task | runs | 0 | 500 | 1 000 | 2 500 | 5 000 queries |"
  print "|---|---|--:|--:|--:|--:|--:|--:|"
  for (i = 1; i <= count; i++) {
    done = 0
    for (j = 1; j <= total; j++) {
      fitted = key(order[i], names[j], "fitted"); start = key(order[i], names[j], 0)
      if (!n[start] || what == "loss" && !losses[key(order[i], names[j], 5000)] && !losses[fitted]) continue
      line = sprintf("| %s | %s | %d |", order[i], names[j], n[start])
      for (m = 1; m <= 5; m++) {
        k = key(order[i], names[j], mark[m])
        if (m == 2 && n[fitted]) k = fitted
        if (what == "loss") line = line " " cell(losses[k], loss[k], lossSquare[k], format) " |"
        else line = line " " cell(n[k], sum[k], square[k], format) " |"
      }
      print line
      done++
    }
    if (what == "loss") continue
    line = sprintf("| **%s** | **mean of %d tasks** | |", order[i], done)
    for (m = 1; m <= 5; m++) {
      all = seen = 0
      for (j = 1; j <= total; j++) {
        k = key(order[i], names[j], mark[m])
        if (m == 2 && n[key(order[i], names[j], "fitted")]) k = key(order[i], names[j], "fitted")
        if (n[k]) { all += sum[k] / n[k]; seen++ }
      }
      line = line (seen ? sprintf(" **%.1f** |", all / seen) : " |")
    }
    print line
  }
}
END {
  split("0 500 1000 2500 5000", mark, " ")
  table("accuracy", "Test accuracy in per cent, mean ± standard deviation over seeds; (1): one seed.", "%.1f")
  table("loss", "Training loss, mean over the steps of the 100 queries before (bar: focal loss).", "%.3f")
  print "\nA fitted head (bias, calibrate) costs one pass over the training images, 1 or 2 queries; it stands under 500, and its loss is that of the fitted head on the training images."
  printf "Seconds of a run with its evaluations:"
  for (i = 1; i <= count; i++) if (runs[order[i]]) { printf "%s %s %.1f", (shown++ ? "," : ""), order[i], seconds[order[i]] / runs[order[i]] }
  print "."
}'
awk -F'\t' "$tables" "$results"
