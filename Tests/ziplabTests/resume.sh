#!/usr/bin/env bash
# Ends a recorded session of every method by kill -9 at random moments, resumes it and compares every result with the
# uninterrupted session's; then cuts its files at random lengths and does the same; then lets the disk fill up.
#
#   Tests/ziplabTests/resume.sh [KILLS] [CUTS]      (200 and 200: half an hour; $ZIPLAB, $SEED)
#
# Needs bash, awk and the built program; a tmpfs of 1 MB where this may mount one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
kills=${1:-200} cuts=${2:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$root/Assets" Assets
cat > s.zl <<'S'
# Runs of every method, plots and files
model load
data load Assets/Data/flags --shots 4
zeroshot
prompt new --tokens 4 --dim 200 --rank 3 --budget 400
run --queries 200 --split test
step 3
plot loss --out zip.png
undo
branch side
run --queries 300
prompt new --method gauss-newton --tokens 4 --budget 60 --name gn
run --split test --eval-every 20
prompt new --method bptvlm --visual-tokens 2 --tokens 2 --dim 20 --population 4 --budget 24 --name bpt
run --split test
prompt new --method bar --budget 24 --directions 2 --name bar
run
prompt new --method blackvip --budget 24 --name vip
step 2
prompt new --method calibrate --name cal
step
eval --split test
prompt new --method bias --name bias
step
prompt save p.safetensors
prompt new --method template --name t
eval
use main
checkpoint here
for k in 1..3 { step 2 }
restore here
run
export csv all.csv
plot accuracy
eval --split test
show
S
results() { grep -a '^= ' "$1" | grep -av '^= seconds'; }
fresh() { rm -f k.zlt k.zlt.run; }
start=$(date +%s.%N)
"$ziplab" --no-color run s.zl --record whole.zlt >/dev/null 2>&1
length=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
cp whole.zlt.run whole.run
RANDOM=${SEED:-1}
draw() { awk -v r=$RANDOM -v q=$RANDOM -v m="$1" 'BEGIN { printf "%.3f", m * (r * 32768 + q) / 1073741824 }'; }
wrong=0
check() { # NAME: resumes k.zlt and compares
  if ! "$ziplab" --no-color resume k.zlt s.zl >out 2>err || ! cmp -s <(results whole.zlt) <(results k.zlt); then
    wrong=$((wrong + 1))
    echo "$1: $(tail -1 err)"
  fi
}
for ((i = 1; i <= kills; i++)); do
  fresh
  { timeout -s KILL "$(draw "$length")" "$ziplab" --no-color run s.zl --record k.zlt >/dev/null 2>&1; } 2>/dev/null || true
  # Killed before the first line was whole: there is nothing to resume.
  [ "$(head -c 21 k.zlt 2>/dev/null)" = "#!ziplab-transcript 1" ] || { i=$((i - 1)); continue; }
  # Every fourth one is killed again while it resumes.
  if ((i % 4 == 0)); then
    { timeout -s KILL "$(draw "$length")" "$ziplab" --no-color resume k.zlt s.zl >/dev/null 2>&1; } 2>/dev/null || true
  fi
  check "kill $i"
done
echo "$kills kills in $length s of work: $wrong wrong"
size() { wc -c < "$1"; }
for ((i = 1; i <= cuts; i++)); do
  fresh
  head -c "$(awk -v x="$(draw "$(($(size whole.zlt) - 40))")" 'BEGIN { print int(x) + 40 }')" whole.zlt > k.zlt
  head -c "$(awk -v x="$(draw "$(size whole.run)")" 'BEGIN { print int(x) }')" whole.run > k.zlt.run
  check "cut $i"
done
echo "$cuts cuts of both files: $wrong wrong in all"
if mkdir small && mount -t tmpfs -o size=1m tmpfs small 2>/dev/null; then
  trap 'umount "$work/small"; rm -rf "$work"' EXIT
  head -c 1010000 /dev/zero > small/ballast
  "$ziplab" --no-color run s.zl --record small/k.zlt >out 2>err && { echo "a full disk was not noticed"; wrong=1; }
  echo "full disk: $(tail -1 err)"
  rm small/ballast
  cp small/k.zlt small/k.zlt.run . 2>/dev/null
  check "full disk"
fi
echo "wrong: $wrong"
[ "$wrong" = 0 ]
