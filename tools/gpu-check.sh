#!/usr/bin/env bash
# For a machine with a GPU and nothing else: makes a folder of at most 60 MB with a program that finds out in some 25
# minutes what the machine can tell of the runtime. No SDK, no .NET and no torch are needed there.
#   tools/gpu-check.sh [FOLDER]     makes FOLDER (artifacts/gpu-check); copy it, then there:
#   FOLDER/check.sh [RESULTS ...]   writes RESULTS/rows.jsonl, row by row, and RESULTS/report.html after each step
# More arguments of check.sh go to the program: --quick for a rehearsal on a software driver, --device NAME, --steps
# facts,self-test,... (tools/GpuCheck/Step.cs has their names). Torch makes the certificates here, beforehand.
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here
folder="${1:-$root/artifacts/gpu-check}"
# shellcheck source=tools/lib/debian.sh
. "$root/tools/lib/debian.sh"

"$root/tools/setup.sh"
mkdir -p "$folder"/{lib,layer,models}
dotnet publish "$root/tools/GpuCheck" --configuration Release --runtime linux-x64 --self-contained --verbosity quiet \
    --output "$folder"
rm -f "$folder"/*.{pdb,xml}
dotnet build "$root/tools/Benchmarks" --configuration Release --verbosity quiet
dotnet "$root/tools/Benchmarks/bin/Release/net10.0/SoftPool.Benchmarks.dll" certificates "$folder/models"
cp "$root/tools/GpuCheck/torch_side.py" "$folder/"

# A driver of a GPU may be there without the loader.
cp -L "$(ldconfig -p | sed -n 's/.*libvulkan\.so\.1 .*x86-64.* => //p' | head -n 1)" "$folder/lib/libvulkan.so.1"
if [[ ! -e $folder/layer/VkLayer_khronos_validation.json ]]; then
    (
        need_debian_12
        name="the validation layer" work="$(mktemp -d)"
        trap 'rm -rf "$work"' EXIT
        printf "deb [signed-by=$keys] %s bookworm main\n" "$(mirror_of bookworm)" >"$work/sources.list"
        apt update
        apt download vulkan-validationlayers
        dpkg-deb -x "$work"/*.deb "$work/unpacked"
        cp "$(find "$work/unpacked" -name libVkLayer_khronos_validation.so)" "$folder/layer/"
        sed 's|"library_path": *"[^"]*"|"library_path": "./libVkLayer_khronos_validation.so"|' \
            "$(find "$work/unpacked" -name VkLayer_khronos_validation.json)" \
            >"$folder/layer/VkLayer_khronos_validation.json"
    )
fi
cp "$root/tools/lib/vk_layer_settings.txt" "$folder/layer/"

cat >"$folder/check.sh" <<'CHECK'
#!/usr/bin/env bash
# Finds out what this machine's GPU can tell of SoftPool.Vulkan, in some 25 minutes: check.sh [RESULTS [OPTION ...]].
# Exit status 1 if something was wrong; RESULTS/report.html says what.
set -uo pipefail
here="$(dirname "$(readlink -f "$0")")"
results="${1:-$here/results}"
shift || true
mkdir -p "$results"
# The GPU's drivers alone: a software driver beside it would only take time.
if [[ -z ${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-} ]]; then
    files="$(ls /etc/vulkan/icd.d/*.json /usr/local/share/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json \
        2>/dev/null | grep -vE '/(lvp|vk_swiftshader)_icd' | paste -s -d : -)"
    [[ -z $files ]] || export VK_DRIVER_FILES="$files" VK_ICD_FILENAMES="$files"
fi
ldconfig -p 2>/dev/null | grep -q 'libvulkan\.so\.1' || export LD_LIBRARY_PATH="$here/lib:${LD_LIBRARY_PATH:-}"
export XDG_CACHE_HOME="$results/cache"
"$here/SoftPool.GpuCheck" --results "$results" "$@" 2>&1 | tee "$results/log.txt"
status=${PIPESTATUS[0]}
if python3 -c 'import torch' 2>/dev/null; then
    timeout 480 python3 "$here/torch_side.py" "$here/models" "$results" 2>&1 | tee "$results/torch.txt"
else
    echo "This machine has no PyTorch for python3: nothing is measured beside it."
fi
for tool in nvidia-smi vulkaninfo; do # what else a reader would ask
    ! command -v "$tool" >/dev/null || timeout 20 "$tool" >"$results/$tool.txt" 2>&1 || true
done
rm -rf "$results/cache"
echo "Results are in $results (exit status $status)."
exit "$status"
CHECK
chmod +x "$folder/check.sh"
echo "$folder ($(du -sm "$folder" | cut -f 1) MB): copy it to the machine with the GPU, and run check.sh there."
