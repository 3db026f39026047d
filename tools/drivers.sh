#!/usr/bin/env bash
# Vulkan drivers that need no GPU, out of Debian 12's packages, unpacked into artifacts/drivers/ beside the system's own:
# nothing is installed, no root needed. A driver is chosen per process, by the environment variable VK_DRIVER_FILES:
#   VK_DRIVER_FILES="$(tools/drivers.sh --icd lavapipe-25)" dotnet ...
#   tools/drivers.sh              gets all of them; a table of names, versions and files, then this machine's GPUs
#   tools/drivers.sh --icd NAME   gets this one, says nothing but its file
#   tools/drivers.sh --names      the names
# RADV (AMD's) makes a device without hardware, on which kernels compile and none run: RADV_FORCE_FAMILY=navi21.
set -euo pipefail
folder="$(dirname "$(dirname "$(readlink -f "$0")")")/artifacts/drivers"
keys=/usr/share/keyrings/debian-archive-keyring.gpg

# name, Debian's package, the library in it
drivers='lavapipe-22 mesa-vulkan-drivers/bookworm libvulkan_lvp.so
lavapipe-25 mesa-vulkan-drivers/bookworm-backports libvulkan_lvp.so
swiftshader chromium-common libvk_swiftshader.so
radv-22 mesa-vulkan-drivers/bookworm libvulkan_radeon.so
radv-25 mesa-vulkan-drivers/bookworm-backports libvulkan_radeon.so'

fail() {
    echo "$1" >&2
    exit 1
}

names() { cut -d ' ' -f 1 <<<"$drivers"; }

# apt-get with sources, lists and cache of its own, in the folder $work. Any source that does not answer is an error.
apt() {
    (cd "$work" && apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User= -o Acquire::Languages=none \
        -o Acquire::Retries=2 -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o APT::Update::Error-Mode=any \
        "$@") >"$work/log" 2>&1 ||
        fail "Debian's archive did not give $name: $(grep -m 1 '^E:' "$work/log" || tail -n 1 "$work/log")"
}

# The mirror from which this system takes a suite of Debian's, out of apt's own sources in either of their formats.
mirror_of() { # SUITE
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null || true; } | awk -v suite="$1" '
        function take(uri) { if (first == "") first = uri }
        $1 == "deb" { uri = ""; for (i = 2; i <= NF; i++) if (uri == "" && $i ~ /:\//) uri = $i; else if ($i == suite) take(uri) }
        $1 == "URIs:" { uris = $2 }
        $1 == "Suites:" { for (i = 2; i <= NF; i++) has = has || $i == suite }
        /^[ \t]*$|^Types:/ { if (has) take(uris); uris = ""; has = 0 }
        END { if (has) take(uris); print first }'
}

get() { # NAME PACKAGE LIBRARY
    local name=$1 package=$2 library=$3 version file missing mirror security
    [[ -e $folder/$name/icd.json ]] && return
    [[ -e $keys ]] || fail "The drivers come out of Debian's archive, whose keys are missing: $keys (package debian-archive-keyring)."
    if ! grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release || [[ $(uname -m) != x86_64 ]]; then
        fail "The drivers come out of Debian 12's packages for amd64; this is $(. /etc/os-release && echo "$PRETTY_NAME"), $(uname -m)."
    fi
    if [[ -z $work ]]; then
        mkdir -p "$folder"
        work="$(mktemp -d "$folder/.work.XXXXXX")"
        trap 'rm -rf "$work"' EXIT
        mkdir -p "$work"/{lists,cache/archives}/partial
        mirror="$(mirror_of bookworm)"
        security="$(mirror_of bookworm-security)"
        [[ -n $mirror ]] || fail "No source of apt's on this system has the suite bookworm; the drivers come from its mirror."
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
    [[ -z $missing ]] || fail "$name needs ${missing}, which this system lacks; mesa-vulkan-drivers brings them (tools/setup.sh)."
    mv "$file" "$work/$name/$library"
    echo "$version" >"$work/$name/version"
    # The library is found beside this file.
    echo "{\"file_format_version\": \"1.0.0\", \"ICD\": {\"library_path\": \"./$library\", \"api_version\": \"1.3.0\"}}" \
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
            echo "GPU: $(sed -n 's/^PCI_ID=//p' "$device"), kernel driver $(sed -n 's/^DRIVER=//p' "$device"), /dev/dri/$(
                basename "$(dirname "$(dirname "$device")")")"
        done
        ;;
    --names) names ;;
    --icd)
        line="$(grep "^${2:-none} " <<<"$drivers")" || fail "There is no driver '${2:-}' here, only: $(names | tr '\n' ' ')"
        # shellcheck disable=SC2086 # three words
        get $line
        echo "$folder/$2/icd.json"
        ;;
    *) fail "Expected nothing, --names or --icd NAME; got: $*" ;;
esac
