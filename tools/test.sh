#!/usr/bin/env bash
# Builds everything and runs all tests. The last line counts what really ran, over all projects:
#   N passed, N failed, N skipped
# A project that crashes, or that runs no test at all, counts as one failure (tools/count-tests.sh). Exit status 0 only without
# failures.
# Arguments go to every test project: tools/test.sh --filter SoftPool2dTests
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

tools/setup.sh
dotnet build SoftPool.Vulkan.sln --configuration Release --verbosity quiet -warnaserror

results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

# shellcheck source=tools/count-tests.sh
. tools/count-tests.sh
may_run_none=$(($# > 0))
for project in tests/*.Tests/*.csproj; do
    name="$(basename "$project" .csproj)"
    echo "$name"
    run_project "$name" "$results/$name.trx" "$@"
done

((passed + failed + skipped > 0)) || notes+=("no test was selected by: $*")
((${#notes[@]} == 0)) || printf '%s\n' "${notes[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed + skipped > 0))
