#!/bin/bash
# Compares the bits of every kernel at every level of this machine and of arm64 (under qemu).
#
#   run.sh             this machine's levels, scalar without fused multiply-add, and arm64
#   run.sh sanitized   this machine's levels under AddressSanitizer and UndefinedBehaviorSanitizer, no arm64
#
# STEP sets the step through the 2^32 arguments of the elementary functions. Exit status: 0 all equal, 1 some
# differ or a run failed, 2 a tool is missing.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../../Sources/CKernels
step=${STEP:-509}
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT

# The clang of the Swift toolchain is the one that builds the program.
clang=${CLANG:-}
if [ -z "$clang" ] && swift=$(command -v swift); then
    beside=$(dirname "$(readlink -f "$swift")")/clang
    [ -x "$beside" ] && clang=$beside
fi
[ -n "$clang" ] || clang=$(command -v clang) || {
    echo "clang was not found: it comes with the Swift toolchain, or: apt-get install clang" >&2
    exit 2
}

flags=(-std=c11 -O2 -Wall -Wextra -Werror -I "$kernels/include" "$here/kernel_digests.c" "$kernels"/*.c -lm)

# run NAME COMMAND…: keeps the digests as lines "kernel NAME/level digest".
run() {
    local name=$1
    shift
    local started=$SECONDS
    "$@" "$step" >"$output/$name.raw"
    awk -v name="$name" '
        FNR == NR { level[$2] = $1; next }
        { print $1, name "/" ($2 in level ? level[$2] : "level " $2), $3 }
    ' "$output/levels" "$output/$name.raw" >"$output/$name.digests"
    echo "$name: $(awk '{ print $2 }' "$output/$name.digests" | sort -u | tr '\n' ' ')($((SECONDS - started)) s)"
}

# The levels' names, from the header: "avx2 1".
sed -nE 's/^ *ZL_LEVEL_([A-Z0-9_]+) = ([0-9]+),.*/\L\1 \2/p' "$kernels/include/ckernels.h" >"$output/levels"

machine=$(uname -m)
if [ "${1:-}" = sanitized ]; then
    "$clang" -g -fuse-ld=lld -fsanitize=address,undefined -fno-sanitize-recover=all "${flags[@]}" -o "$output/sanitized"
    run "$machine-sanitized" "$output/sanitized"
else
    missing=""
    qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || missing="qemu-user-static"
    [ "$machine" != aarch64 ] || { qemu=""; missing=""; }
    [ "$machine" = aarch64 ] || command -v aarch64-linux-gnu-gcc >/dev/null \
        || missing="$missing gcc-aarch64-linux-gnu"
    [ "$machine" = aarch64 ] || [ -e /usr/aarch64-linux-gnu/include/stdio.h ] \
        || missing="$missing libc6-dev-arm64-cross"
    if [ -n "$missing" ]; then
        echo "the tools for arm64 were not found: apt-get install $missing" >&2
        exit 2
    fi

    "$clang" "${flags[@]}" -o "$output/native"
    run "$machine" "$output/native"
    if [ "$machine" = x86_64 ]; then
        # As on a processor that has none of the instructions asked for.
        "$clang" '-D__builtin_cpu_supports(x)=0' "${flags[@]}" -o "$output/plain"
        run "$machine-plain" "$output/plain"
    fi
    if [ "$machine" != aarch64 ]; then
        "$clang" --target=aarch64-linux-gnu -fuse-ld=lld -static -isystem /usr/aarch64-linux-gnu/include \
            "${flags[@]}" -o "$output/arm64"
        run arm64 "$qemu" "$output/arm64"
    fi
fi

# Each kernel with its digest; where runs differ, who says what.
sort "$output"/*.digests | awk '
    { count[$1]++; said[$1] = said[$1] "\n    " $3 "  " $2 }
    !($1 in first) { first[$1] = $3; order[++kernels] = $1 }
    first[$1] != $3 { differs[$1] = 1 }
    END {
        for (i = 1; i <= kernels; i++) {
            kernel = order[i]
            if (kernel in differs) { print kernel " DIFFERS" said[kernel]; status = 1 }
            else printf "%-15s %s  the same from %d\n", kernel, first[kernel], count[kernel]
        }
        exit status
    }' || { echo "the levels differ" >&2; exit 1; }
echo "every level gives the same bits"
