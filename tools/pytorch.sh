#!/usr/bin/env bash
# Holds what is read of PyTorch and written for it to PyTorch itself: torch 1.13 and torchvision 0.14 of Debian 12,
# unpacked into artifacts/pytorch (600 MB). Nothing is installed, and no root is needed. tools/lib/pytorch.py says what
# is done.
#   tools/pytorch.sh              everything
#   tools/pytorch.sh NETWORK...   only these networks, such as resnet18
#   tools/pytorch.sh --onnx       networks as PyTorch exports them to ONNX, each imported and held to ONNX Runtime;
#                                 names of tools/lib/pytorch_onnx.py may follow
set -euo pipefail
tools="$(dirname "$(readlink -f "$0")")"
folder="$(dirname "$tools")/artifacts/pytorch" root="$(dirname "$tools")/artifacts/pytorch/root"
name="PyTorch"
# shellcheck source=tools/lib/debian.sh
. "$tools/lib/debian.sh"

if [[ ! -e $root ]]; then
    need_debian_12
    mkdir -p "$folder"
    work="$(mktemp -d "$folder/.work.XXXXXX")"
    trap 'rm -rf "$work"' EXIT
    mirror="$(mirror_of bookworm)"
    [[ -n $mirror ]] || fail "No source of apt's on this system has the suite bookworm; PyTorch comes from its mirror."
    echo "deb [signed-by=$keys] $mirror bookworm main" >"$work/sources.list"
    apt update
    apt --download-only install python3-torch python3-torchvision
    mkdir "$work/root"
    for package in "$work"/cache/archives/*.deb; do
        dpkg-deb -x "$package" "$work/root"
    done
    mv -T "$work/root" "$root"
    rm -rf "$work"
fi

program="${SOFTPOOL:-$tools/../src/Trainer/bin/Release/net10.0/softpool.dll}"
[[ -e $program ]] || dotnet build "$tools/../src/Trainer" --configuration Release --verbosity quiet
script=("$tools/lib/pytorch.py" "$program")
if [[ ${1:-} == --onnx ]]; then
    script=("$tools/lib/pytorch_onnx.py" "$program" "$folder/onnx")
    shift
fi
# Its own interpreter, loader and libraries, which the processes that it starts do not inherit.
libraries="$root/usr/lib/x86_64-linux-gnu"
PYTHONHOME="$root/usr" PYTHONPATH="$root/usr/lib/python3/dist-packages" PYTHONDONTWRITEBYTECODE=1 \
    "$(find "$root" -name 'ld-linux-x86-64.so.2' -print -quit)" \
    --library-path "$libraries:$libraries/blas:$libraries/lapack:$root/usr/lib:$root/lib/x86_64-linux-gnu" \
    "$root/usr/bin/python3.11" "${script[@]}" "$@"
