#!/usr/bin/env bash
# Builds the C library and packs it: artifacts/native/softpool-VERSION-RID.zip with headers, library, CMake and
# pkg-config files, samples, license and docs/plugin.md.
#   tools/native.sh            for this system
#   tools/native.sh RID        for another (win-x64, linux-arm64, osx-arm64), as far as .NET and its linker cross-compile
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
export DOTNET_NOLOGO=1
"$root/tools/setup.sh" --native

rid="${1:-linux-$(case "$(uname -m)" in x86_64) echo x64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac)}"
version="$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")"
dotnet publish "$root/src/Native" --configuration Release --runtime "$rid" --verbosity quiet -warnaserror
published="$root/src/Native/bin/Release/net10.0/$rid/publish"

name="softpool-$version-$rid"
folder="$root/artifacts/native/$name"
rm -rf "$folder" "$folder.zip"
mkdir -p "$folder/lib/cmake/softpool" "$folder/lib/pkgconfig" "$folder/samples"
cp -r "$root/src/Native/include" "$folder/"
cp "$root"/src/Native/samples/* "$folder/samples/"
cp "$root/LICENSE" "$root/docs/plugin.md" "$folder/"
found=""
for library in "$published"/libsoftpool.{so,dylib,dll,lib}; do
    [[ ! -e $library ]] || { cp "$library" "$folder/lib/" && found=1; }
done
[[ -n $found ]] || { echo "$published holds no library." >&2 && exit 1; }
cp "$root/src/Native/softpool-config.cmake" "$folder/lib/cmake/softpool/"
for file in cmake/softpool/softpool-config-version.cmake pkgconfig/softpool.pc; do
    sed "s/@VERSION@/$version/" "$root/src/Native/${file##*/}" >"$folder/lib/$file"
done
(cd "$folder/.." && zip -qr "$name.zip" "$name")
du -h "$folder"/lib/libsoftpool.* "$folder.zip"
