#!/usr/bin/env bash
# Prints a Markdown table of test accuracies: chance, hand-written prompts, ZIP after 0 to 5 000 queries, a linear probe.
#
#   Examples/accuracy-table.sh [-a STEP] [-s "SEEDS"] [-m MODEL] [DATA…]
#
# DATA are data sets as 'data load' takes them; without any, the tasks in Assets/Data. STEP is ZIP's step size, 0.01
# unless given, MODEL a model folder. Each task and seed is one run of accuracy-table.zl beside this file; with the
# embedded model that takes some three seconds. Needs bash, awk and the built program ($ZIPLAB where it is elsewhere).
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
step=0.01
seeds="1 2 3"
model=$root/Assets/Model

usage() { sed -n '4p' "${BASH_SOURCE[0]}" | sed 's/^# *//' >&2; exit 2; }
while getopts "a:s:m:h" option; do
  case $option in
    a) step=$OPTARG ;;
    s) seeds=$OPTARG ;;
    m) model=$OPTARG ;;
    *) usage ;;
  esac
done
[[ $seeds =~ ^[0-9]+(\ [0-9]+)*$ ]] || usage
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then
  for split in "$root"/Assets/Data/*/split.json; do set -- "$@" "$(dirname "$split")"; done
fi
command -v "$ziplab" >/dev/null || { echo "no program at '$ziplab': run 'make build', or set ZIPLAB" >&2; exit 1; }

# One JSON object a statement becomes: number of the task, seed, kind of statement, accuracy or counts, seconds.
pick='
function number(key) {
  if (!match($0, "\"" key "\":[-0-9.e+]+")) { print "no " key " in: " $0 > "/dev/stderr"; exit 1 }
  return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
}
{ kind = $0; sub(/^.*"input":"/, "", kind); sub(/[ "].*/, "", kind) }
/"status":"(failed|interrupted)"/ {
  sub(/.*"error":[{]"message":"/, ""); sub(/","file":.*/, "")
  print task ": " $0 > "/dev/stderr"; exit 1
}
kind == "data" { print task, seed, "classes", number("classes"), number("test") }
kind ~ /^(zeroshot|eval|run|probe)$/ { print task, seed, kind, number("accuracy"), number("seconds") }'

tabulate='
function mean(key,    i, sum) { for (i = 1; i <= n[key]; i++) sum += v[key, i]; return sum / n[key] }
function spread(key,    i, m, sum) {
  m = mean(key)
  for (i = 1; i <= n[key]; i++) sum += (v[key, i] - m) ^ 2
  return n[key] > 1 ? sqrt(sum / (n[key] - 1)) : 0
}
function add(key, value) { v[key, ++n[key]] = value }
function cell(key) { return spread(key) > 1e-9 ? sprintf("%.1f ± %.1f", mean(key), spread(key)) : sprintf("%.1f", mean(key)) }
{ task = $1 }
$3 == "name" { sub(/^[^ ]+ - name /, ""); names[task] = $0; count++ }
$3 == "classes" { classes[task] = $4; images[task] = $5; part = templates = seconds = 0 }
$3 == "zeroshot" { add(task SUBSEP "zero" ++templates, $4) }
$3 == "probe" { add(task SUBSEP "probe", $4) }
$3 == "eval" || $3 == "run" { add(task SUBSEP part++, $4); seconds += $5 }
$3 == "run" && part == 5 { add(task SUBSEP "seconds", seconds) }
END {
  print "| task | classes | test images | chance | \"a photo of a {}.\" | best of five | ZIP start | 500 | 1 000 | 2 500 | 5 000 queries | probe | seconds |"
  print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
  for (task = 1; task <= count; task++) {
    first = best = task SUBSEP "zero1"
    for (i = 2; i <= 5; i++) if (mean(task SUBSEP "zero" i) > mean(best)) best = task SUBSEP "zero" i
    printf "| %s | %d | %d | %.1f | %s | %s |", names[task], classes[task], images[task], 100 / classes[task], cell(first), cell(best)
    for (i = 0; i < 5; i++) { printf " %s |", cell(task SUBSEP i); total[i] += mean(task SUBSEP i) }
    printf " %s | %.1f |\n", cell(task SUBSEP "probe"), mean(task SUBSEP "seconds")
    probe += mean(task SUBSEP "probe")
    if (mean(task SUBSEP 4) - mean(best) >= 8) ahead++
    ratio += mean(first) * classes[task] / 100
    chance += 100 / classes[task]; photo += mean(first); bests += mean(best); time += mean(task SUBSEP "seconds")
  }
  printf "| **mean** | | | %.1f | %.1f | %.1f |", chance / count, photo / count, bests / count
  for (i = 0; i < 5; i++) printf " %.1f |", total[i] / count
  printf " %.1f | %.1f |\n", probe / count, time / count
  printf "\n\"a photo of a {}.\" reaches %.1f times chance (means; the mean of the ratios is %.1f), ", photo / chance, ratio / count
  printf "ZIP is %+.1f points from the best of five in the mean and at least 8 above it on %d of %d tasks, ", \
    (total[4] - bests) / count, ahead, count
  printf "the probe is %+.1f points from \"a photo of a {}.\".\n", (probe - photo) / count
}'

number=0
rows=$(for data in "$@"; do
  number=$((number + 1))
  name=$(basename "${data%/split.json}")
  echo "$number - name ${name//|/_}"
  for seed in $seeds; do
    "$ziplab" run "$here/accuracy-table.zl" --json --no-color \
      --set model="$model" --set data="$data" --set seed="$seed" --set a="$step" |
      awk -v task="$number" -v seed="$seed" "$pick"
  done
done)
awk "$tabulate" <<<"$rows"
cat <<END

Test accuracy in per cent, mean ± standard deviation over seeds $seeds; a = $step. A seed draws all that ZIP draws and, where
there is a choice of images, the few-shot set and the test images that it leaves. The best of the five templates in
accuracy-table.zl is chosen on the test images, so it is flattered. The probe is a linear classifier on the
image features of the few-shot set. Seconds are those of one run of 5 000 queries with its five evaluations.
END
