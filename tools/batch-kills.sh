#!/usr/bin/env bash
# Kills a batch run (softpool run --list) at random moments, lets the same command go on, and compares what it has
# written in the end with an uninterrupted run, byte by byte.
#   tools/batch-kills.sh MODEL PICTURES [KILLS]   PICTURES as --list takes them; 30 kills unless given
# Exit status 1 if a byte differs.
set -euo pipefail
[[ $# -ge 2 && $# -le 3 ]] || { echo "usage: tools/batch-kills.sh MODEL PICTURES [KILLS]" >&2 && exit 2; }
model=$1 pictures=$2 kills=${3:-30} killed=0 rounds=0
program="${SOFTPOOL:-$(dirname "$(readlink -f "$0")")/../src/Trainer/bin/Release/net10.0/softpool.dll}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# In place of the shell, so that the kill hits the program and not a shell around it.
run() { exec dotnet "$program" run "$model" --list "$pictures" -o "$1" --batch 8 --max-errors 1000000; }

begin=$(date +%s%N)
(run "$work/whole") >"$work/log"
seconds=$((($(date +%s%N) - begin) / 1000000))
echo "uninterrupted: $(tail -n +2 "$work/whole/shard-0-of-1.csv" | wc -l) lines in $seconds ms"
while ((killed < kills)); do
    run "$work/killed" >"$work/log" 2>&1 &
    process=$!
    # Anywhere in a whole run, the program's start and its last write included.
    sleep "$(awk -v seed="$RANDOM$killed" -v most="$seconds" 'BEGIN { srand(seed); print rand() * most / 1000 }')"
    if kill -9 "$process" 2>/dev/null; then
        killed=$((killed + 1))
    fi
    wait "$process" 2>/dev/null || true
    if grep -qs '"complete": true' "$work/killed/shard-0-of-1.json"; then
        for kind in csv npy json; do
            cmp "$work/whole/shard-0-of-1.$kind" "$work/killed/shard-0-of-1.$kind"
        done
        rounds=$((rounds + 1))
        rm -rf "$work/killed"
    fi
done
(run "$work/killed") >"$work/log"
for kind in csv npy json; do
    cmp "$work/whole/shard-0-of-1.$kind" "$work/killed/shard-0-of-1.$kind"
done
echo "$killed kills, $((rounds + 1)) runs ended whole: all bytes are those of the uninterrupted run"
