# For other scripts, to be sourced: runs test projects that were built, and counts what really ran by their .trx files,
# because what they print depends on the terminal. A project that crashes, or that runs no test at all, counts as one
# failure.
# shellcheck shell=bash disable=SC2034 # the counts are read by who sources this

passed=0 failed=0 skipped=0
may_run_none=0 # 1 where a filter may select no test of a project
notes=() # what was skipped and why, and what went wrong beside tests
program=() # what runs the tests, where it is not the project that was built

# run_project NAME REPORT [ARGUMENT...]: tests/NAME, built, with arguments of Microsoft.Testing.Platform. REPORT is the
# .trx file that it leaves. Adds to the counts and the notes.
run_project() {
    local name=$1 report=$2 status=0 ran=0 broken=0 problem ok outcome test reason
    local run=(dotnet "tests/$name/bin/Release/net10.0/SoftPool.$name.dll")
    ((${#program[@]} == 0)) || run=("${program[@]}")
    shift 2
    rm -f "$report"
    "${run[@]}" --no-banner --report-trx --report-trx-filename "$(basename "$report")" --results-directory "$(dirname "$report")" "$@" || status=$?

    while IFS=$'\t' read -r outcome test reason; do
        ran=$((ran + 1))
        case "$outcome" in
            Passed) passed=$((passed + 1)) ;;
            NotExecuted) skipped=$((skipped + 1)) notes+=("skipped: $name, $test: ${reason:-no reason given}") ;;
            *) broken=$((broken + 1)) notes+=("failed: $name, $test: ${reason:-no reason given}") ;;
        esac
    done < <([[ ! -e $report ]] || read_results "$report")
    failed=$((failed + broken))

    # Microsoft.Testing.Platform's exit statuses: 2 is a failed test, 8 that none ran (skipped ones do not count as
    # run).
    case "$status" in
        0) problem="reported no result" ok=$((ran > 0)) ;;
        2) problem="said that tests failed, and reported none" ok=$((broken > 0)) ;;
        8) problem="ran no test" ok=$((ran > 0 || may_run_none)) ;;
        *) problem="ended with exit status $status after $ran results" ok=0 ;;
    esac
    ((ok)) || { failed=$((failed + 1)) notes+=("failed: $name $problem"); }
}

# One line for each result of a .trx file: its outcome, the test, and why it was skipped or failed. Every < opens a tag.
read_results() {
    awk -v RS='<' '
        function attribute(name) {
            if (!match($0, " " name "=\"[^\"]*\"")) return ""
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
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
