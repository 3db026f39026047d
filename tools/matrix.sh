#!/usr/bin/env bash
# Runs the parity and operator tests on several Vulkan drivers, processes of their own, and ends with one table. Exit
# status 0 only if every driver was there, ran tests and failed none; where a GPU has no driver its row has skipped
# tests alone, and where Wine cannot be had the row "wine" says so and is skipped.
#   tools/matrix.sh                          the three software drivers of tools/drivers.sh, the GPUs of this machine,
#                                            the compilers of GPUs, and Windows' programs under Wine
#   tools/matrix.sh lavapipe-25 swiftshader  these
#   tools/matrix.sh lavapipe-26-4 lavapipe-26-8 lavapipe-26-16
#                                            lavapipe of Mesa 26.1, out of what tools/gpu-compilers.sh gets, with
#                                            subgroups of 4, 8 and 16
#   tools/matrix.sh least-of-all card-with-window
#                                            the tests of sessions on the system's software driver, which pretends to
#                                            be a device of tests/Runtime.Tests/InventedDevices.cs
#   tools/matrix.sh --brief NAME...          these, as CI does: drivers compile the kernels that sessions take by
#                                            themselves, not all forms of them, which takes them most of an hour
# The compilers are those of tools/gpu-compilers.sh for one GPU of each vendor: they compile what sessions of
# AlexNet-SoftPool and ResNet-18 take there, and none may spill more than its baseline says. Under Wine the tests are
# those of tools/wine.sh. FILTER_RUNTIME and FILTER_PARITY choose other tests of drivers (MSTest's --filter).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

# The driver "compilers": one GPU of each vendor.
gpus=(nvidia-ampere adreno-750 apple-m1 amd-navi31 intel-dg2)
brief=""
export SOFTPOOL_FORMS=all # tests/Runtime.Tests/Operators/OperatorForms.cs
if [[ ${1:-} == --brief ]]; then
    brief=1
    SOFTPOOL_FORMS=chosen
    shift
fi
names=("$@")
if ((${#names[@]} == 0)); then
    names=(lavapipe-22 lavapipe-25 swiftshader)
    # A GPU's driver is the system's own, and tests on it have "hardware" in their names.
    ! compgen -G '/dev/dri/renderD*' >/dev/null && [[ ! -e /dev/nvidia0 ]] || names+=(hardware)
    names+=(compilers wine)
fi
tools/setup.sh
wine_is_missing=""
for name in "${names[@]}"; do # before the build: a driver that cannot be had is said at once
    case "$name" in
        hardware | least-of-all | card-with-window) ;;
        lavapipe-26-*) tools/gpu-compilers.sh --get ;;
        compilers) tools/gpu-compilers.sh --get "${gpus[@]}" ;;
        wine) wine_is_missing="$(tools/wine.sh --get 2>&1)" && wine_is_missing="" ;;
        *) tools/drivers.sh --icd "$name" >/dev/null ;;
    esac
done

for project in tests/Runtime.Tests tests/Parity.Tests tools/Benchmarks; do
    dotnet build "$project" --configuration Release --verbosity quiet -warnaserror
done

if [[ " ${names[*]} " == *" wine "* && -z $wine_is_missing ]]; then
    tools/wine.sh --publish
fi

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

# What the compilers make of the kernels that sessions take by themselves.
compile_kernels() { # NAME
    local gpu log
    for gpu in "${gpus[@]}"; do
        log="$results/$1.$gpu.txt"
        if tools/gpu-compilers.sh --run "$gpu" tools/Benchmarks/bin/Release/net10.0/SoftPool.Benchmarks.dll kernels \
            --chosen --networks alexnet-softpool resnet18 --batch 1 --baseline "docs/results/gpu-compilers/$gpu.json" \
            --json "$results/$1.$gpu.json" >"$log" 2>&1; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$1: kernels do not compile for $gpu, or spill ($log): $(grep -m 1 '^[ae][a-z ]*:' "$log" || true)"
        fi
    done
}

# The tests under Wine 8.0, which now and then does not go on: a run that does not end in time, and in which no test has
# failed, is begun once more, and the log says so.
try_wine() {
    local log="$results/wine.Runtime.txt" report="$results/wine.Runtime.trx"
    export WINE_SECONDS="${WINE_SECONDS:-400}"
    program=(tools/wine.sh --tests)
    run_project Runtime.Tests "$report" >"$log" 2>&1
    if [[ "${notes[*]}" =~ "exit status "(124|137)" after 0 results" ]] && ! grep -q '^failed ' "$log"; then
        echo "wine: did not end in $WINE_SECONDS s, behind '$(grep '^passed ' "$log" | tail -n 1)'; begun once more"
        mv "$log" "$results/wine.Runtime.first.txt"
        passed=0 failed=0 skipped=0 notes=()
        run_project Runtime.Tests "$report" >"$log" 2>&1
    fi
}

# Runs what there is for one driver, and leaves the table's row for it. Exit status 0 only without failures.
try_driver() { # NAME
    local name=$1 begin=$SECONDS note version
    local session='ClassName~SessionTests|ClassName~KeptLayerTests|ClassName~SessionMemoryTests'
    local runtime="(FullyQualifiedName~.Operators.|$session|ClassName~ImageTests)"
    runtime+='&Name!~hardware&Name!~workgroups_of_64' # what is computed depends on no driver there
    # NeighbourTests compare every form of every kernel with the reference, and more; drivers on CPUs compile for
    # minutes where other tests do the same again.
    runtime+='&Name!~Every_variant_matches&Name!~Kernels_that_store&Name!~Kernels_that_read_storage_buffers_alone_match'
    [[ -z $brief ]] || runtime+='&Name!~Every_variant_of_a_convolution_gives&ClassName!~KeptLayerTests'
    if [[ -n $brief && $name == swiftshader ]]; then
        # It compiles hundreds of kernels for these.
        runtime+='&ClassName!~NeighbourTests&Name!~Windows_of_every_height_of_one_map'
        runtime+='&Name!~The_ends_of_the_floats_stay_finite&Name!~NaN_reaches_the_windows_over_it'
    else
        runtime+='&Name!~Kernels_match_the_reference'
    fi
    # On invented devices, beside what InventedDeviceTests run there in tools/test.sh. Not what holds the device to a
    # time, nor what knows the software driver's figures of memory.
    local invented="($session|ClassName~InputsAndOutputsTests|ClassName~MappedInputTests"
    invented+='|ClassName~SteppedInferenceTests)&Name!~A_step_stops&ClassName!~SessionMemoryTests'
    # SwiftShader takes minutes for all networks.
    local parity='ClassName~TorchParityTests&(Name~alexnet|Name~resnet18)&Name!~hardware'
    [[ -z $brief || $name != swiftshader ]] || parity='ClassName~TorchParityTests&Name~alexnet-softpool&Name!~hardware'
    if [[ $name == wine ]]; then
        if [[ -n $wine_is_missing ]]; then
            printf '%-16s %-26s %s\n' "$name" "skipped" "${wine_is_missing##*$'\n'}" >"$results/$name.row"
            return
        fi
        version="$(<artifacts/wine/unpacked/version)"
    elif [[ $name == hardware ]]; then
        unset VK_DRIVER_FILES VK_ICD_FILENAMES
        version="this machine's"
        runtime='Name~hardware' parity='Name~hardware'
    elif [[ $name == compilers ]]; then
        version="$(<artifacts/gpu-compilers/mesa/version)"
    elif [[ $name == least-of-all || $name == card-with-window ]]; then
        export SOFTPOOL_INVENTED="$name"
        version="invented"
    elif [[ $name == lavapipe-26-* ]]; then
        version="$(<artifacts/gpu-compilers/mesa/version)"
        # Its dotnet has the new libraries. What is kept of kernels, by Mesa and by the runtime, does not tell sizes of
        # subgroups apart.
        export PATH="$PWD/artifacts/gpu-compilers/dotnet:$PATH" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
            VK_DRIVER_FILES="$PWD/artifacts/gpu-compilers/mesa/usr/share/vulkan/icd.d/lvp_icd.json" \
            VK_LOADER_LAYERS_DISABLE='~implicit~' LP_NATIVE_VECTOR_WIDTH=$((32 * ${name##*-})) \
            MESA_SHADER_CACHE_DISABLE=true XDG_CACHE_HOME="$results/$name.cache"
        # Of this one CI runs what no other driver can.
        [[ -z $brief ]] || runtime='ClassName~MatrixUnitTests' parity=""
    else
        # Without this the system's driver would be tested in its place.
        VK_DRIVER_FILES="$(tools/drivers.sh --icd "$name")" || return 1
        export VK_DRIVER_FILES
        version="$(<"artifacts/drivers/$name/version")"
    fi
    if [[ $name == compilers ]]; then
        compile_kernels "$name"
    elif [[ $name == wine ]]; then
        try_wine
    elif [[ $version == invented ]]; then
        run_tests "$name" Runtime "${FILTER_RUNTIME:-$invented}"
    else
        run_tests "$name" Runtime "${FILTER_RUNTIME:-$runtime}"
        # These would be skipped where the driver had no matrix units, which it is here for.
        if [[ $name == lavapipe-26-* && -n $brief ]] && ((skipped > 0)); then
            notes+=("failed: $skipped tests were skipped")
            failed=$((failed + skipped))
        fi
        parity="${FILTER_PARITY:-$parity}"
        [[ -z $parity ]] || run_tests "$name" Parity "$parity"
    fi
    for note in "${notes[@]}"; do
        [[ $note != failed:* ]] || echo "$name: $note (all it said: $results)"
        # A run that did not end has said nothing else of where it stopped.
        [[ $note != *"ended with exit status"* ]] || tail -n 15 "$results/$name".*.txt
    done
    printf '%-16s %-26s %7d %7d %8d %5d s\n' "$name" "$version" $passed $failed $skipped $((SECONDS - begin)) \
        >"$results/$name.row"
    ((failed == 0))
}

# One driver's tests leave much of the time of two processors unused.
status=0
side_by_side try_driver "$results" "${names[@]}" || status=1

printf '%-16s %-26s %7s %7s %8s %7s\n' driver version passed failed skipped time
for name in "${names[@]}"; do
    cat "$results/$name.row"
done
exit $status
