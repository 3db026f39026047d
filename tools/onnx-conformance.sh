#!/usr/bin/env bash
# The ONNX project's own tests of operators, out of Debian 12's package libonnx-testdata, unpacked into
# artifacts/onnx-testdata: nothing is installed, no root needed. Each test is imported and computed by the reference:
# none may come out wrong. Prints how many passed and how many were refused; with --list each of them, and why it was
# refused. Runtime.Tests has to be built.
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
folder="$root/artifacts/onnx-testdata"
# shellcheck source=tools/lib/debian.sh
. "$root/tools/lib/debian.sh"

if [[ ! -d $folder ]]; then
    need_debian_12
    name=libonnx-testdata
    mkdir -p "$root/artifacts"
    work="$(mktemp -d "$root/artifacts/.onnx.XXXXXX")"
    trap 'rm -rf "$work"' EXIT
    mirror="$(mirror_of bookworm)"
    [[ -n $mirror ]] || fail "No source of apt's on this system has the suite bookworm; the tests come from its mirror."
    printf "deb [signed-by=$keys] %s main\n" "$mirror bookworm" >"$work/sources.list"
    apt update
    apt download "$name"
    dpkg-deb -x "$work"/*.deb "$work/unpacked"
    mv -T "$work/unpacked/usr/share/libonnx-testdata/data" "$folder"
fi
status=0
tests="$root/tests/Runtime.Tests/bin/Release/net10.0/SoftPool.Runtime.Tests.dll"
result="$(SOFTPOOL_ONNX_CONFORMANCE="$folder" dotnet "$tests" --no-banner --output detailed \
    --filter "FullyQualifiedName~Onnx.Import.ConformanceTests")" || status=$?
if [[ $status != 0 || ${1:-} == --list ]]; then
    echo "$result"
else
    grep -E '^ *[a-z-]+: [0-9]+ passed' <<<"$result"
fi
exit "$status"
