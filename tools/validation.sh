#!/usr/bin/env bash
# Builds the runtime's tests and runs them under the Khronos validation layer, synchronisation validation included. Exit
# status 0 only if every test passed and the layer had nothing to say. Arguments go to the test program:
#   tools/validation.sh --filter SessionTests
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here
package=vulkan-validationlayers

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
if ! has_layer && ! { install_layer && has_layer; }; then
    echo "The Khronos validation layer is missing. On Debian and Ubuntu: sudo apt-get install $package. Elsewhere" \
        "it comes with the Vulkan SDK: https://vulkan.lunarg.com." >&2
    exit 1
fi
dotnet build tests/Runtime.Tests/Runtime.Tests.csproj --configuration Release --verbosity quiet -warnaserror

results="$PWD/artifacts/validation"
rm -rf "$results"
mkdir -p "$results"

log="$results/log.txt"
status=0
VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_SETTINGS_PATH="$PWD/tools/lib/vk_layer_settings.txt" \
    dotnet tests/Runtime.Tests/bin/Release/net10.0/SoftPool.Runtime.Tests.dll --no-banner --progress off \
    --output detailed "$@" >"$log" 2>&1 || status=$?

grep -E '^(failed|skipped) |^  (total|failed|succeeded|skipped): ' "$log" || true
# What the layer says of itself when an instance is made; without it, silence would prove nothing.
if ! grep -q 'Khronos Validation Layer Active' "$log" || ! grep -q 'SYNCHRONIZATION_VALIDATION' "$log"; then
    echo "The layer was not active, or without synchronisation validation: $log says what ran." >&2
    exit 1
fi
messages="$(grep -cE 'Validation (Performance )?(Error|Warning):' "$log" || true)"
grep -oE 'Validation (Performance )?(Error|Warning): \[ [^]]*\]' "$log" | sort | uniq -c | sort -rn || true
echo "$messages validation messages; tests ended with exit status $status ($log)"
((messages == 0 && status == 0))
