# For other scripts, to be sourced.
# shellcheck shell=bash

# side_by_side FUNCTION FOLDER NAME...: FUNCTION NAME for each name, in processes of their own, as many at once as there
# are processors. What each prints goes to FOLDER/NAME.log, and from there to standard output when it has ended. Fails
# if one failed.
side_by_side() {
    local function=$1 folder=$2 failed=0 name ended
    local -A running=()
    shift 2
    finish_one() {
        wait -n -p ended "${!running[@]}" || failed=1
        cat "$folder/${running[$ended]}.log"
        unset "running[$ended]"
    }
    for name; do
        ((${#running[@]} < $(nproc))) || finish_one
        echo "$name: begun"
        "$function" "$name" >"$folder/$name.log" 2>&1 &
        running[$!]=$name
    done
    while ((${#running[@]} > 0)); do
        finish_one
    done
    return $failed
}
