#!/usr/bin/env bash
# Makes a shaderc library that loads where the distribution's does not: Debian 12's libshaderc.so.1 lacks all of glslang
# and a part of SPIRV-Tools, whose code lies in static archives of other Debian packages. The linker puts these into
# artifacts/shaderc/libshaderc_shared.so.1, which in turn loads libshaderc.so.1 and lends it the symbols.
#   tools/link-shaderc.sh --needed   exit status 0 if the distribution's library does not load and none is made yet
#   tools/link-shaderc.sh            makes it; needs libshaderc-dev (with glslang-dev, spirv-tools) and binutils
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ldconfig, off a user's PATH
output="$(dirname "$(readlink -f "$0")")/../artifacts/shaderc/libshaderc_shared.so.1"

# Not grep -q: it ends at the first match, and ldd, still writing, would by pipefail be what failed.
broken() { ldd -r "$1" 2>&1 | grep 'undefined symbol' >/dev/null; }

library="$(ldconfig -p | awk '$1 == "libshaderc.so.1" && !found { print $NF; found = 1 }')"
if [[ ${1:-} == --needed ]]; then
    [[ -n $library && ! -e $output ]] && broken "$library"
    exit
fi

folder="$(dirname "$library")"
archives=()
for name in glslang MachineIndependent GenericCodeGen OSDependent OGLCompiler SPIRV HLSL SPIRV-Tools SPIRV-Tools-opt; do
    [[ -e $folder/lib$name.a ]] && archives+=("$folder/lib$name.a")
done

mkdir -p "$(dirname "$output")"
unfinished="$output.$$"
trap 'rm -f "$unfinished"' EXIT
# __dso_handle is the compiler's to define; 0 stands for a library that is never unloaded.
ld -shared -soname libshaderc_shared.so.1 --defsym=__dso_handle=0 -o "$unfinished" \
    --whole-archive "${archives[@]}" --no-whole-archive \
    "$library" -L "$folder" -l:libstdc++.so.6 -l:libm.so.6 -l:libgcc_s.so.1 -l:libc.so.6
if broken "$unfinished"; then
    echo "libshaderc.so.1 does not load on this system, and the installed archives do not mend it:" >&2
    ldd -r "$unfinished" 2>&1 | grep 'undefined symbol' | head -n 3 >&2
    exit 1
fi
mv "$unfinished" "$output"
