#!/usr/bin/env bash
# Builds tools/Benchmarks and runs it on the three software drivers, or on those of the environment variable DRIVERS:
# names of tools/drivers.sh, or "system" for what this machine has installed, its GPUs among it. Arguments go to the
# program:
#   tools/benchmark.sh                                    the benchmark, in about 3 minutes
#   tools/benchmark.sh run -o new.json --compare old.json
#   DRIVERS=lavapipe-25 tools/benchmark.sh growth -o growth
#   tools/benchmark.sh --help
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

"$root/tools/setup.sh"
if [[ ${DRIVERS:-} != system ]]; then
    files=()
    for name in ${DRIVERS:-lavapipe-25 lavapipe-22 swiftshader}; do
        files+=("$("$root/tools/drivers.sh" --icd "$name")")
    done
    VK_DRIVER_FILES="$(IFS=: && echo "${files[*]}")"
    export VK_DRIVER_FILES
fi
if ! said="$(dotnet build "$root/tools/Benchmarks" --configuration Release --verbosity quiet -warnaserror 2>&1)"; then
    echo "$said" >&2
    exit 1
fi
(($#)) || set -- run
exec dotnet "$root/tools/Benchmarks/bin/Release/net10.0/SoftPool.Benchmarks.dll" "$@"
