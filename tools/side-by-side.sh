# For other scripts, to be sourced.
# shellcheck shell=bash

# side_by_side FUNCTION FOLDER NAME...: FUNCTION NAME for each name, in processes of their own, as many at once as there are
# processors. What each prints goes to FOLDER/NAME.log, and from there to standard output when it has ended, in the order of the names.
# Fails if one failed.
side_by_side() {
    local function=$1 folder=$2 failed=0 name pids=() names=()
    shift 2
    finish_first() {
        wait "${pids[0]}" || failed=1
        cat "$folder/${names[0]}.log"
        pids=("${pids[@]:1}") names=("${names[@]:1}")
    }
    for name; do
        ((${#pids[@]} < $(nproc))) || finish_first
        echo "$name: begun"
        "$function" "$name" >"$folder/$name.log" 2>&1 &
        pids+=("$!") names+=("$name")
    done
    while ((${#pids[@]} > 0)); do
        finish_first
    done
    return $failed
}
