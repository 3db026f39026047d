#!/usr/bin/env bash
# Vulkan drivers that need no GPU, out of Debian 12's packages, unpacked into artifacts/drivers/ beside the system's
# own: nothing is installed, no root needed. A driver is chosen per process, by the environment variable
# VK_DRIVER_FILES:
#   VK_DRIVER_FILES="$(tools/drivers.sh --icd lavapipe-25)" dotnet ...
#   tools/drivers.sh              gets all of them; a table of names, versions and files, then this machine's GPUs
#   tools/drivers.sh --icd NAME   gets this one, says nothing but its file
#   tools/drivers.sh --names      the names
set -euo pipefail
folder="$(dirname "$(dirname "$(readlink -f "$0")")")/artifacts/drivers"
# shellcheck source=tools/lib/debian.sh
. "$(dirname "$(readlink -f "$0")")/lib/debian.sh"

# name, Debian's package, the library in it
drivers='lavapipe-22 mesa-vulkan-drivers/bookworm libvulkan_lvp.so
lavapipe-25 mesa-vulkan-drivers/bookworm-backports libvulkan_lvp.so
swiftshader chromium-common libvk_swiftshader.so'

names() { cut -d ' ' -f 1 <<<"$drivers"; }

get() { # NAME PACKAGE LIBRARY
    local name=$1 package=$2 library=$3 version file missing mirror security
    [[ -e $folder/$name/icd.json ]] && return
    need_debian_12
    if [[ -z $work ]]; then
        mkdir -p "$folder"
        work="$(mktemp -d "$folder/.work.XXXXXX")"
        trap 'rm -rf "$work"' EXIT
        mirror="$(mirror_of bookworm)"
        security="$(mirror_of bookworm-security)"
        [[ -n $mirror ]] ||
            fail "No source of apt's on this system has the suite bookworm; the drivers come from its mirror."
        printf "deb [signed-by=$keys] %s main\n" "$mirror bookworm" "$mirror bookworm-backports" \
            ${security:+"$security bookworm-security"} >"$work/sources.list"
        apt update
    fi
    rm -rf "$work"/*.deb "$work/unpacked" "${work:?}/$name"
    mkdir "$work/unpacked" "$work/$name"
    apt download "$package"
    dpkg-deb -x "$work"/*.deb "$work/unpacked"
    version="$(dpkg-deb -f "$work"/*.deb Version)"
    file="$(find "$work/unpacked" -name "$library")"
    [[ -n $file ]] || fail "Debian's package $package $version holds no $library."
    missing="$(ldd "$file" | sed -n 's/^\t\(.*\) => not found$/\1/p' | tr '\n' ' ')"
    [[ -z $missing ]] ||
        fail "$name needs ${missing}, which this system lacks; mesa-vulkan-drivers brings them (tools/setup.sh)."
    mv "$file" "$work/$name/$library"
    echo "$version" >"$work/$name/version"
    # The library is found beside this file.
    printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "./%s", "api_version": "1.3.0"}}\n' "$library" \
        >"$work/$name/icd.json"
    # All or nothing; another process may have been faster.
    mv -T "$work/$name" "$folder/$name" 2>/dev/null || [[ -e $folder/$name/icd.json ]] ||
        fail "$folder/$name cannot be written."
}

work=""
case "${1:-}" in
    "")
        while read -r name package library; do
            get "$name" "$package" "$library"
            printf '%-12s %-26s %s\n' "$name" "$(<"$folder/$name/version")" "$folder/$name/icd.json"
        done <<<"$drivers"
        for device in /sys/class/drm/renderD*/device/uevent; do
            [[ -e $device ]] || continue
            echo "GPU: $(sed -n 's/^PCI_ID=//p' "$device"), kernel driver $(sed -n 's/^DRIVER=//p' "$device")," \
                "/dev/dri/$(basename "$(dirname "$(dirname "$device")")")"
        done
        ;;
    --names) names ;;
    --icd)
        line="$(grep "^${2:-none} " <<<"$drivers")" ||
            fail "There is no driver '${2:-}' here, only: $(names | tr '\n' ' ')"
        # shellcheck disable=SC2086 # three words
        get $line
        echo "$folder/$2/icd.json"
        ;;
    *) fail "Expected nothing, --names or --icd NAME; got: $*" ;;
esac
