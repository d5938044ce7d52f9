#!/usr/bin/env bash
# What a query buys: test accuracy and training loss of gauss-newton, the baselines and ZIP after few queries.
#
#   Examples/queries-table.sh [-s "SEEDS"] [-n SHOTS] [-v VIEW] [-m "METHODS"] [-r RESULTS] [-p] [DATA…]
#
# DATA are data sets as 'data load' takes them; without any, the tasks in Assets/Data. A task and a seed are one session of
# half a minute or so; its rows (method, task, seed, condition, queries, test accuracy, training loss) go to RESULTS
# (queries.tsv beside this file) when it is done. What is there already is not run again. -p prints the tables alone. VIEW is
# what the box shows, such as "--decimals 1"; shots and view are the condition.
# Needs bash, awk and the built program ($ZIPLAB where it is elsewhere).
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
seeds="1 2 3 4 5"
shots=16
view=
methods="probe anchors template template-bias template-map shared shared-bias shared-bias-map class class-bias class-bias-map zip zip-map"
results=$here/queries.tsv
only_print=

usage() { sed -n '4p' "${BASH_SOURCE[0]}" | sed 's/^# *//' >&2; exit 2; }
while getopts "s:n:v:m:r:ph" option; do
  case $option in
    s) seeds=$OPTARG ;;
    n) shots=$OPTARG ;;
    v) view=$OPTARG ;;
    m) methods=$OPTARG ;;
    r) results=$OPTARG ;;
    p) only_print=yes ;;
    *) usage ;;
  esac
done
[[ $seeds =~ ^[0-9]+(\ [0-9]+)*$ && $shots =~ ^[0-9]+$ ]] || usage
shift $((OPTIND - 1))
condition="$shots${view:+ $view}"
wanted() { [[ " $methods " == *" $1 "* ]]; }
if [ $# -eq 0 ]; then
  for split in "$root"/Assets/Data/*/split.json; do set -- "$@" "$(dirname "$split")"; done
fi

# One line a run: its name in the tables, its queries, its 'prompt new'.
runs() {
  echo "template:0:template"
  echo "template-bias:2:bias"
  echo "template-map:2:calibrate"
  echo "shared:25 50 75 100 150 250 300 500:gauss-newton --head none --budget 500"
  echo "shared-bias:25 50 75 100 150 250 300 500:gauss-newton --head bias --budget 500"
  echo "shared-bias-map:25 50 75 100 150 250 300 500:gauss-newton --head map --budget 500"
  echo "class:25 50 75 100 150 250 300:gauss-newton --contexts class --head none --budget 300"
  echo "class-bias:25 50 75 100 150 250 300:gauss-newton --contexts class --budget 300"
  echo "class-bias-map:25 50 75 100 150 250 300:gauss-newton --contexts class --head map --budget 300"
  echo "zip:500 1000 2500 5000:zip"
}

# The statements of a session; $1 is the data set, $2 the seed, $3 a folder.
script() {
  printf 'model load "%s"\ndata load "%s" --seed %s --shots %s\n' "$root/Assets/Model" "$1" "$2" "$shots"
  if wanted probe; then echo "probe"; fi
  if wanted anchors; then for count in 5 20; do echo "anchors --contexts $count --seed $2"; done; fi
  runs | while IFS=: read -r name marks method; do
    wanted "$name" || continue
    echo "prompt new --method $method $view --seed $2 --name $name"
    for mark in $marks; do
      if [ "$mark" -gt 2 ]; then echo "run --queries $mark --split test --eval-every 1000000"
      elif [ "$mark" -gt 0 ]; then echo "step"; fi
      echo "eval --split test"
      echo "eval --split train"
    done
  done
  wanted zip-map || return 0
  # ZIP's context, then the map.
  printf 'prompt save "%s/zip.safetensors"\nprompt load "%s/zip.safetensors" --method calibrate %s --seed %s --name zip-map\n' "$3" "$3" "$view" "$2"
  printf 'step\neval --split test\neval --split train\n'
}
last=${methods##* }

# Rows of a session's JSON.
rows='
function number(name) { return match($0, "\"" name "\":[-0-9.e+]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "-" }
function row(method, mark, accuracy, loss) { printf "%s\t%s\t%s\t%s\t%s\t%.4f\t%s\n", method, task, seed, condition, mark, accuracy, loss }
/"status":"(failed|interrupted)"/ { print > "/dev/stderr"; exit 1 }
/"input":"probe/ { row("probe", 0, number("accuracy"), "-") }
/"input":"anchors/ { match($0, /contexts [0-9]+/); count = substr($0, RSTART + 9, RLENGTH - 9); row("anchors-" count, count, number("accuracy"), "-") }
/"input":"prompt (new|load)/ { match($0, /--name [-a-z]+/); method = substr($0, RSTART + 7, RLENGTH - 7); mark = method == "zip-map" ? 5001 : 0 }
/"input":"run/ { match($0, /--queries [0-9]+/); mark = substr($0, RSTART + 10, RLENGTH - 10) }
/"input":"step"/ { if (method != "zip-map") mark = 2 }
/"input":"eval --split test"/ { accuracy = number("accuracy") }
/"input":"eval --split train"/ { row(method, mark, accuracy, number("loss")) }'

if [ -z "$only_print" ]; then
  command -v "$ziplab" >/dev/null || { echo "no program at '$ziplab': run 'make build', or set ZIPLAB" >&2; exit 1; }
  touch "$results"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for seed in $seeds; do
    for data in "$@"; do
      task=$(basename "${data%/split.json}")
      grep -q -- "^$last	$task	$seed	$condition	" "$results" && continue
      script "$data" "$seed" "$work" | "$ziplab" --json --no-color >"$work/run.json" 2>"$work/run.err" ||
        { tail -n 5 "$work/run.err" >&2; exit 1; }
      awk -v task="$task" -v seed="$seed" -v condition="$condition" "$rows" "$work/run.json" >"$work/rows"
      cat "$work/rows" >>"$results"
      echo "$task $seed" >&2
    done
  done
fi

tables='
$4 == condition {
  if (!($1 in methods)) { methods[$1]; order[++count] = $1 }
  if (!($2 in tasks)) { tasks[$2]; names[++total] = $2 }
  if (!($3 in seeds)) { seeds[$3]; seedNames[++seedCount] = $3 }
  value[$1, $5, $2, $3] = $6; have[$1, $5] = 1
  if ($7 != "-") loss[$1, $5, $2, $3] = $7
}
# Mean over tasks and seeds, and the deviation of the means of seeds.
function summary(v, method, mark, format,   s, t, n, m, sum, square, mean) {
  sum = square = n = 0
  for (s = 1; s <= seedCount; s++) {
    mean = m = 0
    for (t = 1; t <= total; t++) if ((method, mark, names[t], seedNames[s]) in v) { mean += v[method, mark, names[t], seedNames[s]]; m++ }
    if (m < total) continue
    mean /= m; sum += mean; square += mean * mean; n++
  }
  if (!n) return "–"
  average = sum / n
  return sprintf(format, average) (n > 1 ? " ± " sprintf(format, sqrt(square > n * average * average ? (square - n * average * average) / (n - 1) : 0)) : "")
}
function table(v, title, format,   i, k) {
  print "\n" title "\n\n| method | 0 | 2 | 25 | 50 | 75 | 100 | 150 | 250 | 300 | 500 | 1 000 | 2 500 | 5 000 queries |"
  print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
  marks = split("0 2 25 50 75 100 150 250 300 500 1000 2500 5000", mark, " ")
  for (i = 1; i <= count; i++) {
    if (order[i] ~ /^anchors|^probe/) continue
    line = "| " order[i] " |"
    for (k = 1; k <= marks; k++) { at = order[i] == "zip-map" && mark[k] == 5000 ? 5001 : mark[k]; line = line " " (((order[i], at) in have) ? summary(v, order[i], at, format) : "") " |" }
    print line
  }
}
# A paired difference in the mean with the interval of 95 % of 4 000 resamples of tasks and of seeds in a task.
function difference(a, am, b, bm,   r, t, s, task, i, j, w) {
  above = 0; n = 0; mean = 0
  for (t = 1; t <= total; t++) {
    own = 0
    for (s = 1; s <= seedCount; s++) { d = value[a, am, names[t], seedNames[s]] - value[b, bm, names[t], seedNames[s]]; delta[t, s] = d; own += d; mean += d; n++ }
    if (own >= 0) above++
  }
  if (!((a, am) in have) || !((b, bm) in have)) return
  for (r = 1; r <= 4000; r++) {
    draw = 0
    for (t = 1; t <= total; t++) { task = 1 + int(rand() * total); for (s = 1; s <= seedCount; s++) draw += delta[task, 1 + int(rand() * seedCount)] }
    sample[r] = draw / n
  }
  # Shell sort.
  for (w = 1750; w >= 1; w = int(w / 2)) for (i = w + 1; i <= 4000; i++) { x = sample[i]; for (j = i; j > w && sample[j - w] > x; j -= w) sample[j] = sample[j - w]; sample[j] = x }
  printf "| %s at %s | %s%s | %+.1f | %+.1f … %+.1f | %d of %d |\n", a, am, b, (bm > 2 ? " at " (bm == 5001 ? 5000 : bm) : ""), mean / n, sample[100], sample[3901], above, total
}
END {
  srand(1)
  table(value, "Test accuracy in per cent, mean of " total " tasks, ± between " seedCount " seeds:", "%.1f")
  table(loss, "Cross-entropy of what is deployed on the training images:", "%.3f")
  print "\nThat see or ask more than a prompt: linear probe on the hidden features " summary(value, "probe", 0, "%.1f") ", logit anchors with 5 contexts " summary(value, "anchors-5", 5, "%.1f") ", with 20 contexts " summary(value, "anchors-20", 20, "%.1f") "."
  print "\nPaired differences (tasks and seeds resampled); the last column counts tasks that are not below in the mean of seeds:\n"
  print "| | beside | difference | 95 % | tasks |\n|---|---|--:|--:|--:|"
  difference("shared", 150, "zip", 5000); difference("shared", 500, "zip", 5000); difference("shared-bias", 75, "zip", 5000)
  difference("class-bias", 50, "zip", 5000); difference("class-bias", 100, "zip", 5000); difference("class-bias", 300, "zip", 5000)
  difference("class-bias", 100, "template-map", 2); difference("class-bias", 300, "template-map", 2); difference("class-bias-map", 300, "template-map", 2); difference("shared-bias-map", 300, "template-map", 2)
  difference("zip", 5000, "template-map", 2); difference("zip-map", 5001, "template-map", 2)
  if (("class-bias", 300) in have) print "\n| task | template | template-map | zip 5000 | shared 300 | class-bias 100 | class-bias 300 |\n|---|--:|--:|--:|--:|--:|--:|"
  if (("shared", 300) in have) for (t = 1; t <= total; t++) print "| " names[t] " | " one("template", 0, t) " | " one("template-map", 2, t) " | " one("zip", 5000, t) " | " one("shared", 300, t) " | " one("class-bias", 100, t) " | " one("class-bias", 300, t) " |"
}
function one(method, mark, t,   s, sum, square, x) {
  sum = square = 0
  for (s = 1; s <= seedCount; s++) { x = value[method, mark, names[t], seedNames[s]]; sum += x; square += x * x }
  sum /= seedCount
  return sprintf("%.1f ± %.1f", sum, seedCount > 1 && square > seedCount * sum * sum ? sqrt((square - seedCount * sum * sum) / (seedCount - 1)) : 0)
}'
awk -F'\t' -v condition="$condition" "$tables" "$results"
