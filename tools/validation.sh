#!/usr/bin/env bash
# Builds the runtime's tests and runs them under the Khronos validation layer, synchronisation validation included. Exit
# status 0 only if every test passed and the layer had nothing to say. Arguments go to the test program:
#   tools/validation.sh --filter SessionTests
#   tools/validation.sh --newer ...          under Debian 13's layer, on its newer lavapipe
#   tools/validation.sh --gpu-assisted ...   under Debian 13's layer with GPU-assisted validation alone: kernels are
#                                            compiled with checks of every access to a buffer
# Debian 13's libraries are those of tools/gpu-compilers.sh, and its layer is unpacked beside them: nothing is installed.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here
package=vulkan-validationlayers
kept="$PWD/artifacts/gpu-compilers"
newer="" assisted=""
case "${1:-}" in
    --newer) newer=1 && shift ;;
    --gpu-assisted) newer=1 assisted=1 && shift ;;
esac

# Debian 13's layer into artifacts/gpu-compilers/layer, with what it runs on.
get_newer() {
    (
        # shellcheck source=tools/lib/debian.sh
        . tools/lib/debian.sh
        [[ ! -e $kept/layer/VkLayer_khronos_validation.json ]] || exit 0
        need_debian_12
        name="the validation layer" work="$(mktemp -d "$kept/.work.XXXXXX")"
        trap 'rm -rf "$work"' EXIT
        printf "deb [signed-by=$keys] %s trixie main\n" "$(mirror_of bookworm)" >"$work/sources.list"
        apt update
        apt download "$package"
        dpkg-deb -x "$work"/*.deb "$work/unpacked"
        mkdir "$work/layer"
        cp "$(find "$work/unpacked" -name libVkLayer_khronos_validation.so)" "$work/layer/"
        sed 's|"library_path": *"[^"]*"|"library_path": "./libVkLayer_khronos_validation.so"|' \
            "$(find "$work/unpacked" -name VkLayer_khronos_validation.json)" \
            >"$work/layer/VkLayer_khronos_validation.json"
        mv -T "$work/layer" "$kept/layer"
    )
}

has_layer() {
    local folder
    while IFS= read -r -d : folder; do
        [[ -n $folder && -e $folder/VkLayer_khronos_validation.json ]] && return 0
    done <<<"${VK_LAYER_PATH:-}:${XDG_DATA_HOME:-${HOME:-}/.local/share}/vulkan/explicit_layer.d:\
/etc/vulkan/explicit_layer.d:/usr/local/share/vulkan/explicit_layer.d:/usr/share/vulkan/explicit_layer.d:"
    return 1
}

install_layer() {
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
    command -v apt-get >/dev/null || return 1
    if ((EUID != 0)); then
        sudo -n true 2>/dev/null || return 1
        apt=(sudo -n "${apt[@]}")
    fi
    echo "Installing the Khronos validation layer ..."
    "${apt[@]}" update >/dev/null 2>&1 || true # a source that does not answer need not matter to this package
    "${apt[@]}" install -y --no-install-recommends "$package" >/dev/null 2>&1
}

tools/setup.sh
if [[ -n $newer ]]; then
    tools/gpu-compilers.sh --get amd-navi31 # one whose shim is not built here
    get_newer
elif ! has_layer && ! { install_layer && has_layer; }; then
    echo "The Khronos validation layer is missing. On Debian and Ubuntu: sudo apt-get install $package. Elsewhere" \
        "it comes with the Vulkan SDK: https://vulkan.lunarg.com." >&2
    exit 1
fi
dotnet build tests/Runtime.Tests/Runtime.Tests.csproj --configuration Release --verbosity quiet -warnaserror

results="$PWD/artifacts/validation"
rm -rf "$results"
mkdir -p "$results"

log="$results/log.txt" status=0
settings="$PWD/tools/lib/vk_layer_settings.txt" needed=SYNCHRONIZATION_VALIDATION run=(dotnet)
if [[ -n $newer ]]; then
    export VK_LAYER_PATH="$kept/layer" VK_DRIVER_FILES="$kept/mesa/usr/share/vulkan/icd.d/lvp_icd.json"
    export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    unset LD_LIBRARY_PATH VK_ICD_FILENAMES
    run=("$kept/dotnet/dotnet")
fi
if [[ -n $assisted ]]; then
    settings="$PWD/tools/lib/vk_layer_settings_gpu.txt" needed=GPU_ASSISTED
fi
VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_SETTINGS_PATH="$settings" \
    "${run[@]}" tests/Runtime.Tests/bin/Release/net10.0/SoftPool.Runtime.Tests.dll --no-banner --progress off \
    --output detailed "$@" >"$log" 2>&1 || status=$?

grep -E '^(failed|skipped) |^  (total|failed|succeeded|skipped): ' "$log" || true
# What the layer says of itself when an instance is made; without it, silence would prove nothing.
if ! grep -q 'Khronos Validation Layer Active' "$log" || ! grep -q "$needed" "$log"; then
    echo "The layer was not active, or without $needed: $log says what ran. It is active only in tests that make a" \
        "device: QueueAndSubgroupTests, StrictKernelTests and WindowTests alone make none." >&2
    exit 1
fi
# What the layer says of its own settings, such as features that it enables for itself, is no fault. Nor is the question
# of Vulkan 1.1 to a host's instance that was made for 1.0: a test makes one, and only the answer tells.
said="$(grep -oE 'Validation (Performance )?(Error|Warning): \[ [^]]*\]' "$log" |
    grep -vE 'VALIDATION-SETTINGS|WARNING-GPU-Assisted-Validation|UNASSIGNED-API-Version-Violation' || true)"
messages="$(grep -c . <<<"$said" || true)"
[[ -z $said ]] || sort <<<"$said" | uniq -c | sort -rn
echo "$messages validation messages; tests ended with exit status $status ($log)"
((messages == 0 && status == 0))
