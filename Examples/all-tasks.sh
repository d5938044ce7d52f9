#!/usr/bin/env bash
# One data set of all the embedded tasks: 96 classes of 16 training images each.
#
#   Examples/all-tasks.sh FOLDER
#
# FOLDER gets links to the tasks in Assets/Data and a split.json over all of their classes; a class name that several tasks
# have gets the task's name before it. Needs bash and awk.
set -euo pipefail
export LC_ALL=C.UTF-8
[ $# -eq 1 ] || { sed -n '4p' "$0" | sed 's/^# *//' >&2; exit 2; }
root=$(dirname "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)")
mkdir -p "$1"
splits=()
for split in "$root"/Assets/Data/*/split.json "$root"/Assets/Data/fresh/*/split.json; do
  folder=$(dirname "$split")
  ln -sfn "$folder" "$1/$(basename "$folder")"
  splits+=("$split")
done
# A row is ["path", label, "name"]; the files are read twice, first for the names.
awk -F'"' '
  FNR == 1 { file++; n = split(FILENAME, parts, "/"); task = parts[n - 1] }
  /^{"train"/ || /^"train"/ { part = "train" } /"val": \[/ { part = "val" } /"test": \[/ { part = "test" }
  /^\["/ {
    key = task "\t" $4
    if (file <= files) {
      if (!(key in seen)) { seen[key]; tasks[$4]++ }
    } else {
      if (!(key in labels)) labels[key] = count++
      words = task; gsub(/-/, " ", words)
      name = tasks[$4] > 1 ? words " " $4 : $4
      rows[part] = rows[part] (rows[part] == "" ? "" : ",\n") "[\"" task "/" $2 "\", " labels[key] ", \"" name "\"]"
    }
  }
  END { printf "{\"train\": [\n%s\n], \"val\": [\n%s\n], \"test\": [\n%s\n]}\n", rows["train"], rows["val"], rows["test"] }
' files=${#splits[@]} "${splits[@]}" "${splits[@]}" >"$1/split.json"
