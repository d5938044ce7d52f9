#!/usr/bin/env bash
# Spoils runs of ZIP on purpose, asks 'doctor', does what it says, and prints a Markdown table of what became of them.
#
#   Examples/doctor.sh [-s "SEEDS"] [-q QUERIES] [-r RESULTS] [-p] [TASK…]
#
# TASKs are folders of Assets/Data (two that had no part in choosing its thresholds). Each case, task and seed is examined, run to its end as it is, and
# run again after the advice was followed: one change at a time, examined again, four at most. Advice in words (pictures,
# labels, a model) is followed by taking back what was spoiled. Rows go to RESULTS (doctor.tsv beside this file); cases that
# are there already are not made again. -p prints the table alone. Needs bash, awk, sed and the built program ($ZIPLAB).
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
seeds="1 2 3"
queries=5000
results=$here/doctor.tsv
only_print=
usage() { sed -n '4p' "${BASH_SOURCE[0]}" | sed 's/^# *//' >&2; exit 2; }
while getopts "s:q:r:ph" option; do
  case $option in
    s) seeds=$OPTARG ;;
    q) queries=$OPTARG ;;
    r) results=$OPTARG ;;
    p) only_print=yes ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- textures stamps
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# name | options of prompt new | options of data load | which data | which model | statement before the prompt
cases() {
  cat <<'CASES'
as it should be||||
a × 100|--a 1|||
a ÷ 100|--a 0.0001|||
c × 100|--c 1|||
c ÷ 100|--c 0.0001|||
c ÷ 10⁶|--c 0.00000001|||
c × 10, a ÷ 100|--c 0.1 --a 0.0001|||
clip none|--clip none|||
clip at 0.01|--clip 0.01|||
α 3|--alpha 3|||
γ 3|--gamma 3|||
o 10⁶|--o 1000000|||
momentum 0.99|--momentum 0.99|||
1 shot||--shots 1||
labels 50 % wrong|||labels|
all labels wrong|||shuffled|
names exchanged|||names|
one picture|||constant|
random model||||random
no decimals|--decimals 0|||
noise 1 on logits|--noise 1|||
minibatch of 2|--batch 2|||
budget of 500|--budget 500|||
CASES
}

# Data with something wrong in its training images; awk changes the lines of split.json up to those of the validation.
spoil() {  # KIND TASK
  local from=$root/Assets/Data/$2 to=$work/$1-${2//\//-}
  [ -d "$to" ] && { echo "$to"; return; }
  mkdir -p "$to"
  cp -r "$from/images" "$to/images"
  awk -v kind="$1" '
    NR == FNR { if (match($0, /^\["/)) { split($0, f, "\""); sub(/^, /, "", f[3]); label = f[3] + 0; names[label] = f[4]; if (label >= count) count = label + 1 } next }
    /"val"|"test"/ { training = 0 }
    /^\{"train"/ { training = 1; print; next }
    !/^\["/ { print; next }
    {
      split($0, f, "\""); end = f[5]; path = f[2]; label = substr(f[3], 3) + 0; n++
      name = f[4]
      if (kind == "names") name = names[(label + 1) % count]
      if (training && kind == "labels" && n % 2) { label = (label + 1 + int(n / 2) % (count - 1)) % count; name = names[label] }
      if (training && kind == "shuffled") { label = (n * 7 + int(n / count)) % count; name = names[label] }
      if (training && kind == "constant") { if (first == "") first = path; path = first }
      printf "[\"%s\", %d, \"%s\"%s\n", path, label, name, end
    }' "$from/split.json" "$from/split.json" >"$to/split.json"
  echo "$to"
}

model() {
  [ "$1" = random ] || { echo "$root/Assets/Model"; return; }
  [ -d "$work/model" ] || "$ziplab" --no-color <<<"model random tiny $work/model" >/dev/null 2>&1
  echo "$work/model"
}

# Runs statements and prints the value of a key of the last result that has it.
value() { sed -n "s/.*\"$1\":\(\"[^\"]*\"\|[^,}]*\).*/\1/p" "$2" | tail -1 | tr -d '"'; }

start() {  # MODEL DATA DATA_OPTIONS PROMPT_OPTIONS SEED
  local budget="--budget $queries"
  [[ $4 != *--budget* ]] || budget=
  printf 'model load "%s"\ndata load "%s" --seed %s %s\nprompt new --seed %s %s %s\n' "$1" "$2" "$5" "$3" "$5" "$budget" "$4"
}

ask() { "$ziplab" --json --no-color >"$work/out" 2>"$work/err" || true; }

# Test accuracy after the whole budget; an error in place of it where the run ends in one.
finish() {
  { start "$@"; [[ $4 == *calibrate* ]] && echo step || echo run; echo "eval --split test"; } | ask
  local accuracy
  accuracy=$(value accuracy "$work/out")
  [ -n "$accuracy" ] && printf '%.1f' "$accuracy" || echo "error"
}

if [ -z "$only_print" ]; then
  [ -f "$results" ] || printf 'case\ttask\tseed\tsubject\tchange\tspoiled\tmended\tchanges\n' >"$results"
  for task in "$@"; do
    for seed in $seeds; do
      while IFS='|' read -r name prompt data kind model; do
        grep -qF "$name	$task	$seed	" "$results" && continue
        folder=$root/Assets/Data/$task
        [ -z "$kind" ] || folder=$(spoil "$kind" "$task")
        box=$(model "$model")
        spoiled=$(finish "$box" "$folder" "$data" "$prompt" "$seed")
        subject= change= changes=
        for round in 1 2 3 4; do
          { start "$box" "$folder" "$data" "$prompt" "$seed"; echo doctor; } | ask
          found=$(value advice.1 "$work/out")
          said=$(value change.1 "$work/out")
          [ $round = 1 ] && subject=$found && change=$said
          [ -n "$found" ] || break
          option=$(sed -n 's/^\(--[a-z]* [^ ,]*\).*/\1/p' <<<"$said")
          if [ "$found" = shots ]; then
            data=$(sed 's/--shots [^ ]*//' <<<"$data")
            option="--shots 16"
          elif [ -n "$option" ]; then
            flag=${option%% *}
            prompt="$(sed "s/$flag [^ ]*//" <<<"$prompt") $option"
          elif [ -n "$kind$model" ]; then
            folder=$root/Assets/Data/$task kind= box=$root/Assets/Model model=
            option="data and model put right"
          else
            break
          fi
          changes="$changes${changes:+, }$option"
        done
        mended=$(finish "$box" "$folder" "$data" "$prompt" "$seed")
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$task" "$seed" "${subject:-nothing}" "${change:--}" "$spoiled" "$mended" "${changes:--}" >>"$results"
        echo "$task, seed $seed: $name: ${subject:-nothing}" >&2
      done < <(cases)
    done
  done
fi

# A row a case: what was said first in how many of its runs, and mean test accuracies.
awk -F'\t' '
  NR == 1 { next }
  !($1 in seen) { seen[$1] = 1; order[++count] = $1 }
  {
    runs[$1]++
    said[$1, $4]++
    if (!(($1, $4) in known)) { known[$1, $4] = 1; subjects[$1] = subjects[$1] (subjects[$1] == "" ? "" : "|") $4 }
    if ($6 == "error") errors[$1]++; else { spoiled[$1] += $6; spoiledCount[$1]++ }
    if ($7 != "error") { mended[$1] += $7; mendedCount[$1]++ }
    if (!(($1, $8) in did)) { did[$1, $8] = 1; changes[$1] = changes[$1] (changes[$1] == "" ? "" : "; ") $8 }
  }
  END {
    print "| spoiled | first advice | followed | as it was | mended |"
    print "|---|---|---|--:|--:|"
    for (i = 1; i <= count; i++) {
      name = order[i]
      n = split(subjects[name], list, "|")
      text = ""
      for (j = 1; j <= n; j++) text = text (j > 1 ? ", " : "") list[j] " " said[name, list[j]] "/" runs[name]
      was = spoiledCount[name] ? sprintf("%.1f", spoiled[name] / spoiledCount[name]) : "-"
      if (errors[name]) was = was " (" errors[name] " ended in an error)"
      printf "| %s | %s | %s | %s | %s |\n", name, text, changes[name], was, mendedCount[name] ? sprintf("%.1f", mended[name] / mendedCount[name]) : "-"
    }
  }' "$results"
