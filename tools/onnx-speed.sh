#!/usr/bin/env bash
# The speed of ONNX files on Vulkan devices beside ONNX Runtime and torch on the CPU, with as many threads, at batch 1:
# all alternate, and medians are compared. Prints a table in Markdown, that of docs/results/onnx-speed.md.
#   tools/onnx-speed.sh FILE.onnx...
# DRIVERS chooses drivers of tools/drivers.sh, "system" is the machine's own; SECONDS_EACH is how long a file is
# measured.
set -euo pipefail
export DOTNET_NOLOGO=1
tools="$(dirname "$(readlink -f "$0")")"
program="${SOFTPOOL:-$tools/../src/Trainer/bin/Release/net10.0}/softpool.dll"
if [[ ${DRIVERS:-} != system ]]; then
    files=()
    for name in ${DRIVERS:-lavapipe-22 lavapipe-25}; do
        files+=("$("$tools/drivers.sh" --icd "$name")")
    done
    VK_DRIVER_FILES="$(IFS=: && echo "${files[*]}")"
    export VK_DRIVER_FILES
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet "$program" devices | grep -E '^ +[0-9]' | sed 's/^ */    /'
echo
echo '| file | runner | ms | times ONNX Runtime'"'"'s |'
echo '|---|---|---|---|'
for file in "$@"; do
    COLUMNS=400 dotnet "$program" import "$file" --no-certificate -o "$work/model.safetensors" >/dev/null
    # The first run compiles, and what it learns is remembered.
    for _ in 1 2; do
        COLUMNS=400 dotnet "$program" bench "$work/model.safetensors" --onnx "$file" --batch 1 \
            --seconds "${SECONDS_EACH:-30}" >"$work/table"
    done
    awk -v file="$(basename "$file")" '
        match($0, / +1 +[0-9.,]+ +[0-9.,]+ +[0-9,]+ %/) {
            name = substr($0, 1, RSTART - 1)
            gsub(/^ +| +$/, "", name)
            split(substr($0, RSTART), figures, " ")
            gsub(",", "", figures[2])
            names[++count] = name
            times[count] = figures[2]
            if (name ~ /ONNX Runtime/)
                own = figures[2]
        }
        END {
            for (i = 1; i <= count; i++)
                printf "| %s | %s | %s | %.1f |\n", file, names[i], times[i], times[i] / own
        }' "$work/table"
done
