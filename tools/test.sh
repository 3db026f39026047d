#!/usr/bin/env bash
# Builds everything and runs all tests. The last line counts what really ran, over all projects:
#   N passed, N failed, N skipped
# A project that crashes, or that runs no test at all, counts as one failure. Exit status 0 only without failures.
# Arguments go to every test project: tools/test.sh --filter SoftPool2dTests
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here

tools/setup.sh
dotnet build SoftPool.Vulkan.sln --configuration Release --verbosity quiet -warnaserror

results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

# One line for each result of a .trx file: its outcome, the test, and why it was skipped. Every < opens a tag.
read_results() {
    awk -v RS='<' '
        function attribute(name) {
            return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
        }
        function decoded(text) {
            gsub(/&quot;/, "\"", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text)
            gsub(/&#xA;|&#xD;|[\r\n\t]+/, " ", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        function flush() { if (outcome != "") print outcome "\t" decoded(test) "\t" decoded(reason); outcome = "" }
        /^UnitTestResult / { flush(); outcome = attribute("outcome"); test = attribute("testName"); reason = "" }
        /^Message>/ { reason = substr($0, 9) }
        /^\/Results>/ { flush() }
    ' "$1"
}

passed=0 failed=0 skipped=0
notes=()
for project in tests/*.Tests/*.csproj; do
    name="$(basename "$project" .csproj)"
    report="$results/$name.trx"
    status=0
    echo "$name"
    dotnet "tests/$name/bin/Release/net10.0/SoftPool.$name.dll" --no-banner --report-trx \
        --report-trx-filename "$name.trx" --results-directory "$results" "$@" || status=$?

    ran=0 broken=0
    while IFS=$'\t' read -r outcome test reason; do
        ran=$((ran + 1))
        case "$outcome" in
            Passed) passed=$((passed + 1)) ;;
            NotExecuted) skipped=$((skipped + 1)) notes+=("skipped: $name, $test: ${reason:-no reason given}") ;;
            *) broken=$((broken + 1)) ;;
        esac
    done < <([[ ! -e $report ]] || read_results "$report")
    failed=$((failed + broken))

    # Microsoft.Testing.Platform's exit statuses: 2 is a failed test, 8 that none ran (skipped ones do not count as run).
    case "$status" in
        0) problem="reported no result" ok=$((ran > 0)) ;;
        2) problem="said that tests failed, and reported none" ok=$((broken > 0)) ;;
        8) problem="ran no test" ok=$((ran > 0 || $# > 0)) ;; # a filter may select none here
        *) problem="ended with exit status $status after $ran results" ok=0 ;;
    esac
    ((ok)) || { failed=$((failed + 1)) notes+=("failed: $name $problem"); }
done

((passed + failed + skipped > 0)) || notes+=("no test was selected by: $*")
((${#notes[@]} == 0)) || printf '%s\n' "${notes[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed + skipped > 0))
