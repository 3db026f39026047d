#!/usr/bin/env bash
# From a fresh clone to a trained network that runs on Vulkan: sets up, builds, then runs `softpool quickstart`.
# Arguments go to that command.
set -euo pipefail
root="$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

"$root/tools/setup.sh"
echo "Building (the first time downloads LibTorch, 130 MB) ..."
if ! said="$(dotnet build "$root/src/Trainer/Trainer.csproj" --configuration Release --verbosity quiet 2>&1)"; then
    echo "$said" >&2
    exit 1
fi
echo "Built in $SECONDS s."

# In this process' place: signals and the exit status are the program's own. Through dotnet rather than the apphost,
# which finds only a .NET that is installed where it looks.
exec dotnet "$root/src/Trainer/bin/Release/net10.0/softpool.dll" quickstart "$@"
