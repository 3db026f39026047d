#!/usr/bin/env bash
# Installs what building, training and running need beside the .NET 10 SDK and git. Silent when nothing is missing.
# Debian 12 and 13, Ubuntu 22.04 and 24.04: through apt-get as root or by a sudo that asks nothing; without either it
# prints the one command to run. Elsewhere it names what is missing. Exit status 1 when something still is.
#   tools/setup.sh --native     also what the C library is built and tested with: compilers, Vulkan's headers
#   tools/setup.sh --with-hosts  what --native installs, and the programs whose Vulkan devices tests of the C library use:
#                               FFmpeg and libplacebo, of Debian 12; and the Khronos validation layer
#   tools/setup.sh --with-mpi   also MPICH and Open MPI for the tests of distributed training (tools/mpi.sh)
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ldconfig, off a user's PATH

native="" hosts="" mpi=""
for argument in "$@"; do
    case "$argument" in
        --native) native=1 ;;
        --with-hosts) native=1 hosts=1 ;;
        --with-mpi) mpi=1 ;;
        *) echo "Expected nothing, --native, --with-hosts or --with-mpi; got: $*" >&2 && exit 2 ;;
    esac
done

tools="$(dirname "$(readlink -f "$0")")"

on_debian_12() { grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release; }

has_library() { # NAME, or the beginning of one
    local directory
    [[ $'\n'"$known_libraries" == *$'\n\t'"$1"* ]] && return 0
    while IFS= read -r -d : directory; do
        compgen -G "$directory/$1*" >/dev/null && return 0
    done <<<"${LD_LIBRARY_PATH:-}:"
    return 1
}

# A driver that needs no GPU. Who names drivers to the loader has chosen; else Mesa's lavapipe or SwiftShader will do.
has_vulkan_driver() {
    local chosen="${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}}" folder
    if [[ -n $chosen ]]; then
        [[ -e ${chosen%%:*} ]]
        return
    fi
    for folder in "${XDG_DATA_HOME:-${HOME:-}/.local/share}" /etc /usr/local/share /usr/share; do
        compgen -G "$folder/vulkan/icd.d/lvp_icd*.json" >/dev/null && return 0
        compgen -G "$folder/vulkan/icd.d/vk_swiftshader_icd*.json" >/dev/null && return 0
    done
    return 1
}

has_certificates() {
    local file
    for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
        /etc/ssl/cert.pem; do
        [[ -n $file && -e $file ]] && return 0
    done
    return 1
}

has_header() { compgen -G "/usr/include/$1" >/dev/null || compgen -G "/usr/include/*/$1" >/dev/null; }

find_missing() { # sets `missing` (words for people) and `packages` (for apt-get)
    missing=() packages=()
    known_libraries="$(ldconfig -p 2>/dev/null || true)"
    need() { missing+=("$1") packages+=("$2"); }
    has_library libvulkan.so.1 || need "the Vulkan loader libvulkan.so.1" libvulkan1
    has_vulkan_driver || need "a software Vulkan driver (Mesa's lavapipe)" mesa-vulkan-drivers
    has_library libshaderc.so.1 || need "the shader compiler libshaderc.so.1" libshaderc1
    # Debian 12's does not load as it comes; tools/link-shaderc.sh mends it with these.
    if on_debian_12 || "$tools/link-shaderc.sh" --needed; then
        compgen -G "/usr/lib/*/libshaderc_combined.a" >/dev/null ||
            need "the archives that libshaderc.so.1 lacks" libshaderc-dev
        command -v ld >/dev/null || need "the linker ld" binutils
    fi
    if [[ -n $native ]]; then
        command -v cc >/dev/null || need "a C compiler (cc)" gcc
        command -v c++ >/dev/null || need "a C++ compiler (c++)" g++
        command -v objcopy >/dev/null || need "objcopy and nm" binutils
        [[ -e /usr/include/vulkan/vulkan.h ]] || need "Vulkan's headers (vulkan/vulkan.h)" libvulkan-dev
        command -v zip >/dev/null || need "zip" zip
    fi
    # Other systems have other versions of these, which the tests do not take.
    if [[ -n $hosts ]] && on_debian_12; then
        command -v pkg-config >/dev/null || need "pkg-config" pkg-config
        command -v ffmpeg >/dev/null || need "FFmpeg" ffmpeg
        has_header libavfilter/avfilter.h || need "FFmpeg's headers" libavfilter-dev
        has_header libavformat/avformat.h || need "FFmpeg's headers of files" libavformat-dev
        has_header libplacebo/vulkan.h || need "libplacebo's headers" libplacebo-dev
        [[ -e /usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json ]] ||
            need "the Khronos validation layer" vulkan-validationlayers
    fi
    # What .NET itself and LibTorch load; a minimal installation lacks them.
    has_library libstdc++.so.6 || need "the C++ library libstdc++.so.6" libstdc++6
    has_library libssl.so. || need "OpenSSL (libssl.so.3)" libssl3
    has_certificates || need "the CA certificates" ca-certificates
    case "${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-}" in
        1 | [Tt]rue) ;;
        # apt-get takes a pattern: the package carries its version in its name, another one in each distribution.
        *) has_library libicuuc.so. || need "ICU (libicuuc.so)" '^libicu[0-9]+$' ;;
    esac
}

list() { local IFS=,; local joined="$*"; echo "${joined//,/, }"; }

install_packages() {
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
    local log
    if ((EUID != 0)); then
        if ! sudo -n true 2>/dev/null; then
            echo "Missing: $(list "${missing[@]}"). Run this, then try again:" >&2
            echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]@Q}" >&2
            exit 1
        fi
        apt=(sudo -n "${apt[@]}")
    fi
    echo "Installing $(list "${missing[@]}") ..."
    log="$(mktemp)"
    # A source of someone else's that does not answer fails the update, yet need not matter to these packages.
    "${apt[@]}" update >"$log" 2>&1 || true
    if ! "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "apt-get could not install ${packages[*]} (all it said: $log)." >&2
        exit 1
    fi
    rm -f "$log"
}

find_missing
if [[ ${#missing[@]} -gt 0 ]]; then
    chosen="${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}}"
    if [[ -n $chosen ]] && ! has_vulkan_driver; then
        echo "VK_DRIVER_FILES or VK_ICD_FILENAMES names a Vulkan driver that does not exist: $chosen." >&2
        exit 1
    fi
    if ! command -v apt-get >/dev/null; then
        echo "Missing: $(list "${missing[@]}"). Install it with this system's package manager, then try again." >&2
        exit 1
    fi
    install_packages
    find_missing
    if [[ ${#missing[@]} -gt 0 ]]; then
        echo "Still missing after the installation: $(list "${missing[@]}")." >&2
        exit 1
    fi
fi

if "$tools/link-shaderc.sh" --needed; then
    "$tools/link-shaderc.sh"
fi

if ! sdks="$(dotnet --list-sdks 2>/dev/null)" || [[ $'\n'"$sdks" != *$'\n'10.* ]]; then
    echo "The .NET 10 SDK is missing (or not on the PATH): https://dotnet.microsoft.com/download/dotnet/10.0" >&2
    exit 1
fi

if [[ -n $mpi ]]; then
    "$tools/mpi.sh" >/dev/null
fi
