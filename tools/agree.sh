#!/usr/bin/env bash
# Runs the whole test set of DATA through torch and through lavapipe (fp32 and fp16) and SwiftShader, and prints one
# line for each at the end: how many classes agree, and the largest difference of two logits. 10,000 images take minutes
# on lavapipe, and a quarter of an hour and more on SwiftShader. The script may be ended at any moment; the same command
# continues. Exit status 1 if too few agree.
#   tools/agree.sh MODEL DATA [FOLDER]   MODEL as export writes it; DATA as softpool's --data takes it; a CSV of each
#                                        run goes to FOLDER, artifacts/agree unless given
set -euo pipefail
[[ $# -ge 2 && $# -le 3 ]] || {
    echo "Expected MODEL, DATA and perhaps a folder; got: $*" >&2
    exit 1
}
tools="$(dirname "$(readlink -f "$0")")"
model=$1 data=$2 folder=${3:-$tools/../artifacts/agree} status=0 lines=()

"$tools/setup.sh"
dotnet build "$tools/../src/Trainer" --configuration Release --verbosity quiet
mkdir -p "$folder"
for run in "lavapipe-22" "lavapipe-22 --fp16" "swiftshader"; do
    read -r driver options <<<"$run"
    name="$driver${options:+-fp16}"
    icd="$("$tools/drivers.sh" --icd "$driver")"
    VK_DRIVER_FILES="$icd" VK_ICD_FILENAMES="$icd" \
        dotnet "$tools/../src/Trainer/bin/Release/net10.0/softpool.dll" agree "$model" --data "$data" \
        ${options:+"$options"} --output "$folder/$name.csv" | tee "$folder/$name.txt" || status=1
    lines+=("$(printf '%-18s %s; %s' "$name" "$(grep -m 1 '^top-1' "$folder/$name.txt" || echo 'broken off')" \
        "$(grep -m 1 '^logit' "$folder/$name.txt" || true)")")
done
printf '%s\n' "${lines[@]}"
exit "$status"
