#!/usr/bin/env bash
# Builds everything and runs all tests. The last line counts what really ran, over all projects:
#   N passed, N failed, N skipped
# A project that crashes, or that runs no test at all, counts as one failure (tools/lib/count-tests.sh). Exit status 0
# only without failures. Arguments go to every test project: tools/test.sh --filter SoftPool2dTests
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

tools/setup.sh --native
dotnet build SoftPool.Vulkan.sln --configuration Release --verbosity quiet -warnaserror

results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

# shellcheck source=tools/lib/count-tests.sh
. tools/lib/count-tests.sh
# shellcheck source=tools/lib/side-by-side.sh
. tools/lib/side-by-side.sh
may_run_none=$(($# > 0))
arguments=("$@")
try_project() { # NAME; leaves the counts and, a line each, the notes
    run_project "$1" "$results/$1.trx" "${arguments[@]}"
    { echo "$passed $failed $skipped" && printf '%s\n' "${notes[@]}"; } >"$results/$1.counts"
}
# The longest first. One project's tests leave much of the time of two processors unused.
projects=(Runtime.Tests Trainer.Tests)
for project in tests/*.Tests/*.csproj; do
    name="$(basename "$project" .csproj)"
    [[ " ${projects[*]} " == *" $name "* ]] || projects+=("$name")
done
side_by_side try_project "$results" "${projects[@]}" || true # the counts tell
for name in "${projects[@]}"; do
    { read -r ran broken left_out && mapfile -t said; } <"$results/$name.counts" ||
        ran=0 broken=1 left_out=0 said=("failed: $name left no counts")
    passed=$((passed + ran)) failed=$((failed + broken)) skipped=$((skipped + left_out))
    for note in "${said[@]}"; do
        [[ -z $note ]] || notes+=("$note")
    done
done

((passed + failed + skipped > 0)) || notes+=("no test was selected by: $*")
((${#notes[@]} == 0)) || printf '%s\n' "${notes[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed + skipped > 0))
