#!/usr/bin/env bash
# Replays the repository's sessions, and one with a model large enough for the cache of features, strictly under each kernel
# that the processor has, 1 to 3 threads, with and without that cache.
#
#   Tests/ziplabTests/matrix.sh [SESSION…]
#
# Prints a line for each combination and ends with 1 where one differs. Needs bash and the built program ($ZIPLAB).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
[ $# -gt 0 ] || set -- "$root"/Sessions/*.zlt
sessions=()
for session in "$@"; do sessions+=("$(realpath "$session")"); done

cd "$work"
ln -s "$root/Assets" Assets
"$ziplab" -c "model random vit-b-32 big --seed 3" >/dev/null
{
  echo "model load big"
  echo "data load Assets/Data/flags --shots 4"
  echo "prompt new --tokens 4"
  echo "step 2"
  echo "eval --split val"
} | "$ziplab" --no-cache --record big.zlt >/dev/null
sessions+=("$work/big.zlt")

kernels="scalar"
grep -q -m1 ' avx2 ' /proc/cpuinfo && kernels="$kernels avx2"
grep -q -m1 ' avx512f ' /proc/cpuinfo && kernels="$kernels avx512"
failed=0
for kernel in $kernels; do
  for threads in 1 2 3; do
    for cache in "" --no-cache; do
      start=$SECONDS
      if ZIPLAB_KERNELS=$kernel "$ziplab" replay --strict --trust --threads $threads $cache "${sessions[@]}" >out 2>&1; then
        result=$(tail -n 1 out)
      else
        result="DIFFERENT: $(tail -n 1 out)"
        failed=1
      fi
      echo "$kernel, $threads threads, ${cache:-with the cache}: $result, $((SECONDS - start)) s"
    done
  done
done
exit $failed
