#!/usr/bin/env bash
# Strict numerics on each driver of tools/drivers.sh that computes, against the reference, every layer, bit by bit; one
# line a driver and network. Exit status 1 where a bit differs.
#   tools/strict.sh DATA [COUNT]   DATA as softpool's --data takes it; COUNT pictures of its test set, 64 unless given
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
[[ $# -ge 1 && $# -le 2 ]] || {
    echo "Expected DATA and perhaps a number of pictures; got: $*" >&2
    exit 1
}
data=$1 count=${2:-64} folder="$root/artifacts/strict" status=0
networks="alexnet alexnet-softpool alexnet-softpool-shared"

"$root/tools/setup.sh"
dotnet build "$root/src/Trainer" --configuration Release --verbosity quiet
softpool() { dotnet "$root/src/Trainer/bin/Release/net10.0/softpool.dll" "$@"; }
mkdir -p "$folder"
for network in $networks; do
    softpool export --network "$network" --random-weights 1 -o "$folder/$network.safetensors" >/dev/null
done
for driver in lavapipe-22 lavapipe-25 swiftshader; do
    icd="$("$root/tools/drivers.sh" --icd "$driver")"
    for network in $networks; do
        log="$folder/$driver-$network.txt"
        VK_DRIVER_FILES="$icd" softpool verify "$folder/$network.safetensors" --strict --data "$data" --count "$count" \
            >"$log" 2>&1 || status=1
        printf '%-12s %-24s %s\n' "$driver" "$network" "$(tail -n 1 "$log")"
    done
done
exit "$status"
