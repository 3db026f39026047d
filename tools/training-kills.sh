#!/usr/bin/env bash
# Kills a training at random moments, starts it again by the same command each time (--resume auto), and compares what
# comes of it with an uninterrupted one: all weights and moments, to the bit, and the losses that are kept. Every third
# time it is asked to end (SIGTERM) instead, which has to give the exit status 75.
#   tools/training-kills.sh DATA [KILLS]   DATA as softpool's --data takes it; 30 kills unless given
# Exit status 1 if a bit differs.
set -euo pipefail
[[ $# -ge 1 && $# -le 2 ]] || { echo "usage: tools/training-kills.sh DATA [KILLS]" >&2 && exit 2; }
data=$1 kills=${2:-30} count=0 asked=0 rounds=0
program="${SOFTPOOL:-$(dirname "$(readlink -f "$0")")/../src/Trainer/bin/Release/net10.0/softpool.dll}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# In place of the shell, so that the signal hits the program and not a shell around it.
train() { # RUN
    exec dotnet "$program" train --resume auto -o "$1" --data "$data" -n alexnet-softpool --batch 8 --epochs 3 \
        --device cpu --threads 1 --checkpoint-every 1s
}
digest() { # RUN; of what lies behind the header of the checkpoint, which has times in it, and of the losses
    local file="$1/last.safetensors"
    tail -c "+$((9 + $(od -An -tu8 -N8 "$file")))" "$file" | cat - "$1/losses.csv" | sha256sum
}
compare() {
    [[ "$(digest "$work/whole")" == "$(digest "$work/killed")" ]] || { echo "the trainings differ" && exit 1; }
    rounds=$((rounds + 1))
    rm -rf "$work/killed"
}

begin=$(date +%s%N)
(train "$work/whole") >"$work/log"
most=$((($(date +%s%N) - begin) / 1000000))
echo "uninterrupted: $(grep -c '' "$work/whole/history.csv") lines of history in $most ms"
while ((count < kills)); do
    train "$work/killed" >"$work/log" 2>&1 &
    process=$!
    # From the program's start on: reading the data, a step, a checkpoint half written.
    sleep "$(awk -v seed="$RANDOM$count" -v most="$most" 'BEGIN { srand(seed); print rand() * most / 1500 }')"
    signal=$([[ $((count % 3)) == 2 ]] && echo TERM || echo KILL)
    status=0
    if kill "-$signal" "$process" 2>/dev/null; then
        count=$((count + 1))
        wait "$process" 2>/dev/null || status=$?
        if [[ $signal == TERM ]]; then
            # Before it listens, the signal itself ends it; and it may have just ended.
            [[ $status == 75 || $status == 143 || $status == 0 ]] ||
                { cat "$work/log" && echo "SIGTERM gave the exit status $status" && exit 1; }
            [[ $status != 75 ]] || asked=$((asked + 1))
        fi
    else
        wait "$process" || { cat "$work/log" && exit 1; }
    fi
    # The next start would only say that it is finished.
    if [[ -e $work/killed/history.csv && $(wc -l <"$work/killed/history.csv") == 4 ]]; then
        compare
    fi
done
(train "$work/killed") >"$work/log"
compare
echo "$count kills, of them $asked heard as a request to end; $rounds trainings ended whole, to the bit as the other"
