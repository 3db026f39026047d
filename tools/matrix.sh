#!/usr/bin/env bash
# Runs the parity and operator tests on several Vulkan drivers, processes of their own, and ends with one table. Exit
# status 0 only if every driver was there, ran tests and failed none; where a GPU has no driver its row has skipped
# tests alone.
#   tools/matrix.sh                          the three software drivers of tools/drivers.sh, the GPUs of this machine,
#                                            and RADV
#   tools/matrix.sh lavapipe-25 swiftshader  these
# RADV makes devices without hardware: there every kernel that networks launch is compiled, by AMD's real compiler, and
# none may spill to memory. FILTER_RUNTIME and FILTER_PARITY choose other tests (MSTest's --filter).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

names=("$@")
if ((${#names[@]} == 0)); then
    names=(lavapipe-22 lavapipe-25 swiftshader)
    # A GPU's driver is the system's own, and tests on it have "hardware" in their names.
    ! compgen -G '/dev/dri/renderD*' >/dev/null && [[ ! -e /dev/nvidia0 ]] || names+=(hardware)
    names+=(radv-25)
fi
tools/setup.sh
for name in "${names[@]}"; do # before the build: a driver that cannot be had is said at once
    [[ $name == hardware ]] || tools/drivers.sh --icd "$name" >/dev/null
done

for project in tests/Runtime.Tests tests/Parity.Tests tools/Benchmarks; do
    dotnet build "$project" --configuration Release --verbosity quiet -warnaserror
done

results="$PWD/artifacts/matrix"
rm -rf "$results"
mkdir -p "$results"

# shellcheck source=tools/lib/count-tests.sh
. tools/lib/count-tests.sh
# shellcheck source=tools/lib/side-by-side.sh
. tools/lib/side-by-side.sh

run_tests() { # NAME PROJECT FILTER
    run_project "$2.Tests" "$results/$1.$2.trx" --progress off --output detailed --filter "$3" \
        >"$results/$1.$2.txt" 2>&1
}

# What AMD's compiler makes of every kernel that networks launch, for GPUs of four generations: GCN 4 and 5, RDNA 2 and
# 3.
compile_kernels() { # NAME
    local family log
    for family in polaris10 vega10 navi21 navi31; do
        log="$results/$1.$family.txt"
        if RADV_FORCE_FAMILY=$family dotnet tools/Benchmarks/bin/Release/net10.0/SoftPool.Benchmarks.dll kernels \
            --json "$results/$1.$family.json" >"$log" 2>&1; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$1: kernels do not compile for $family, or spill ($log)"
        fi
        # What Mesa says of the hardware that is not there is of no interest.
        grep -v '^ac_compute_device_uuid' "$log" || true
    done
}

# Runs what there is for one driver, and leaves the table's row for it. Exit status 0 only without failures.
try_driver() { # NAME
    local name=$1 begin=$SECONDS note version
    local session='ClassName~SessionTests|ClassName~KeptLayerTests|ClassName~SessionMemoryTests'
    local runtime="(FullyQualifiedName~.Operators.|$session|ClassName~ImageTests)"
    runtime+='&Name!~hardware&Name!~workgroups_of_64' # what is computed depends on no driver there
    # SwiftShader takes minutes for all networks.
    local parity='ClassName~TorchParityTests&(Name~alexnet|Name~resnet18)&Name!~hardware'
    if [[ $name == hardware ]]; then
        unset VK_DRIVER_FILES VK_ICD_FILENAMES
        version="this machine's"
        runtime='Name~hardware' parity='Name~hardware'
    else
        # Without this the system's driver would be tested in its place.
        VK_DRIVER_FILES="$(tools/drivers.sh --icd "$name")" || return 1
        export VK_DRIVER_FILES
        version="$(<"artifacts/drivers/$name/version")"
    fi
    if [[ $name == radv-* ]]; then
        compile_kernels "$name"
    else
        run_tests "$name" Runtime "${FILTER_RUNTIME:-$runtime}"
        run_tests "$name" Parity "${FILTER_PARITY:-$parity}"
    fi
    for note in "${notes[@]}"; do
        [[ $note != failed:* ]] || echo "$name: $note (all it said: $results)"
    done
    printf '%-12s %-26s %7d %7d %8d %5d s\n' "$name" "$version" $passed $failed $skipped $((SECONDS - begin)) \
        >"$results/$name.row"
    ((failed == 0))
}

# One driver's tests leave much of the time of two processors unused.
status=0
side_by_side try_driver "$results" "${names[@]}" || status=1

printf '%-12s %-26s %7s %7s %8s %7s\n' driver version passed failed skipped time
for name in "${names[@]}"; do
    cat "$results/$name.row"
done
exit $status
