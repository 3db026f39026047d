#!/usr/bin/env bash
# Measures a batch run on JPEG pictures of 224x224 and of 12 megapixels against the device alone: docs/results/batch.md.
#   tools/batch-speed.sh MODEL [DEVICE [COUNT]]   DEVICE as --device takes it; COUNT pictures, 768 unless given, a third
#                                                 of them at 12 megapixels
# The device alone is the same command on pictures that are small: 8x8, whose decoding costs nothing.
set -euo pipefail
[[ $# -ge 1 && $# -le 3 ]] || { echo "usage: tools/batch-speed.sh MODEL [DEVICE [COUNT]]" >&2 && exit 2; }
model=$1 device=(${2:+--device "$2"}) count=${3:-768}
tools="$(dirname "$(readlink -f "$0")")"
program="${SOFTPOOL:-$tools/../src/Trainer/bin/Release/net10.0/softpool.dll}"
bin="$(dirname "$(readlink -f "$program")")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Drawing takes longer than decoding: of many pictures, most are copies of a few.
draw() { # NAME DRAWN COUNT WIDTH HEIGHT
    LD_LIBRARY_PATH="$bin/runtimes/linux-x64/native" \
        dotnet fsi "--reference:$bin/SkiaSharp.dll" "$tools/lib/pictures.fsx" "$work/$1" "$2" "$4" "$5"
    local number drawn=("$work/$1"/*.jpg)
    for ((number = $2; number < $3; number++)); do
        cp "${drawn[number % $2]}" "$work/$1/copy-$number.jpg"
    done
}
draw small 64 "$count" 8 8
draw 224px 64 "$count" 224 224
draw 12mp 13 $(((count + 2) / 3)) 4000 3000
# Each once more before it counts: the device compiles its kernels and tests them in the first.
for name in small small 224px 12mp; do
    rm -rf "$work/out"
    dotnet "$program" run "$model" --list "$work/$name" -o "$work/out" "${device[@]}" >"$work/log"
    printf '%-6s %s; %s\n' "$name" "$(grep ' a second' "$work/log")" "$(grep '^waited' "$work/log")"
done
