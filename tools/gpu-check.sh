#!/usr/bin/env bash
# For a machine with a GPU: publishes the benchmark with everything that it needs (.NET and LibTorch among it) into one
# folder, to be copied there; no SDK and no compiler are needed there, only a Vulkan driver and loader.
#   tools/gpu-check.sh [FOLDER]   makes FOLDER (artifacts/gpu-check); copy it, then there:
#   FOLDER/check.sh [RESULTS]     parity and speed on every device of that machine; writes RESULTS (results beside it)
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here
folder="${1:-$root/artifacts/gpu-check}"

"$root/tools/setup.sh"
dotnet publish "$root/tools/Benchmarks" --configuration Release --runtime linux-x64 --self-contained --verbosity quiet \
    --output "$folder/program"
cat >"$folder/check.sh" <<'CHECK'
#!/usr/bin/env bash
# Parity and speed on every Vulkan device of this machine: check.sh [RESULTS]. Exit status 1 if a layer differs from
# torch's.
set -uo pipefail
here="$(dirname "$(readlink -f "$0")")"
results="${1:-$here/results}"
mkdir -p "$results"
program="$here/program/SoftPool.Benchmarks"
status=0
"$program" parity 2>&1 | tee "$results/parity.txt"
((PIPESTATUS[0] == 0)) || status=1
"$program" run --output "$results/benchmark.json" 2>&1 | tee "$results/benchmark.txt"
((PIPESTATUS[0] == 0)) || status=1
"$program" growth --output "$results" 2>&1 | tee "$results/growth.txt"
((PIPESTATUS[0] == 0)) || status=1
for tool in nvidia-smi vulkaninfo; do # what else a reader would ask
    ! command -v $tool >/dev/null || timeout 20 $tool >"$results/$tool.txt" 2>&1 || true
done
echo "Results are in $results (exit status $status)."
exit $status
CHECK
chmod +x "$folder/check.sh"
echo "$folder ($(du -sh "$folder" | cut -f 1)): copy it to the machine with the GPU, and run check.sh there."
