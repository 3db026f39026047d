#!/usr/bin/env bash
# What the compilers of five vendors' GPUs make of the kernels, on a machine without a GPU: Mesa's drivers out of Debian
# 13's backports, each on a kernel driver that does nothing (Mesa's "drm-shim", preloaded). Kernels are compiled and
# none runs. Nothing is installed, no root is needed; what is unpacked is kept in artifacts/gpu-compilers/.
#   tools/gpu-compilers.sh                      all GPUs
#   tools/gpu-compilers.sh apple-m1 intel-dg2   these
#   tools/gpu-compilers.sh --accept [NAME...]   the same, and the figures become the baseline and the table in
#                                               docs/results
#   tools/gpu-compilers.sh --predict            docs/results/predictions.md anew: the time of networks by a model
#   tools/gpu-compilers.sh --names              the names
#   tools/gpu-compilers.sh --get NAME...        gets what these need, and compiles nothing
#   tools/gpu-compilers.sh --run NAME ...       dotnet ... on this GPU
# KERNELS="--networks resnet18 --batch 1" are other arguments of the command kernels.
# Exit status 0 only if all kernels that a session takes by itself compile, and none spills more than its baseline,
# docs/results/gpu-compilers/NAME.json, says.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here
# shellcheck source=tools/lib/debian.sh
. tools/lib/debian.sh

# name, the driver's file, the shim, the shim's choice of a GPU
gpus='nvidia-turing nouveau nouveau NOUVEAU_CHIPSET=164
nvidia-ampere nouveau nouveau NOUVEAU_CHIPSET=172
adreno-740 freedreno freedreno FD_GPU_ID=740
adreno-750 freedreno freedreno FD_GPU_ID=750
apple-m1 asahi asahi ASAHI_SHIM=1
amd-polaris10 radeon amdgpu AMDGPU_GPU_ID=polaris10
amd-navi31 radeon amdgpu AMDGPU_GPU_ID=navi31
amd-gfx1150 radeon amdgpu AMDGPU_GPU_ID=strix1
amd-gfx1201 radeon amdgpu AMDGPU_GPU_ID=gfx1201
intel-tgl intel intel INTEL_STUB_GPU_PLATFORM=tgl
intel-dg2 intel intel INTEL_STUB_GPU_PLATFORM=dg2
intel-bmg intel intel INTEL_STUB_GPU_PLATFORM=bmg'

kept="$PWD/artifacts/gpu-compilers"
libraries="$kept/mesa/usr/lib/x86_64-linux-gnu"
baselines="$PWD/docs/results/gpu-compilers"
predictions="$PWD/docs/results/predictions"

names() { cut -d ' ' -f 1 <<<"$gpus"; }

# A folder to work in, and apt's sources there: suites of the mirror that gives this system its own.
begin_work() { # SUITE...
    local suite mirror
    need_debian_12
    mirror="$(mirror_of bookworm)"
    [[ -n $mirror ]] ||
        fail "No source of apt's on this system has the suite bookworm; the drivers come from its mirror."
    mkdir -p "$kept"
    work="$(mktemp -d "$kept/.work.XXXXXX")"
    mkdir "$work/unpacked"
    for suite; do
        printf 'deb [signed-by=%s] %s %s main\n' "$keys" "$mirror" "$suite"
        [[ $suite != trixie ]] || printf 'deb-src [signed-by=%s] %s %s main\n' "$keys" "$mirror" "$suite"
    done >"$work/sources.list"
    apt update
}

end_work() {
    rm -rf "$work"
    work=""
}

# Mesa of Debian 13's backports with all that it needs, down to libc.
get_mesa() {
    local name="Mesa" package
    [[ ! -e $kept/mesa/version ]] || return 0
    begin_work trixie trixie-updates trixie-backports
    apt install --download-only mesa-vulkan-drivers/trixie-backports mesa-drm-shim/trixie-backports \
        libvulkan1 libstdc++6
    for package in "$work"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/unpacked" --wildcards --no-wildcards-match-slash \
            --exclude='./usr/share/[!v]*' --exclude='./usr/bin' --exclude='./usr/sbin' --exclude='./etc' \
            --exclude='./var'
    done
    basename -a "$work"/cache/archives/mesa-vulkan-drivers_*.deb | cut -d _ -f 2 >"$work/unpacked/version"
    rm -rf "$kept/mesa"
    mv -T "$work/unpacked" "$kept/mesa"
    end_work
}

# A dotnet with these libraries: its own program, into which their loader is written. The loader as a program would hide
# dotnet's name, from which dotnet finds its parts; LD_LIBRARY_PATH would reach every child.
get_dotnet() {
    local name="patchelf" dotnet part
    dotnet="$(readlink -f "$(command -v dotnet)")"
    # The loader's whole path is in it: in a folder that was moved it no longer starts.
    [[ ! $kept/dotnet/dotnet -nt $dotnet || ! $kept/dotnet/dotnet -nt $kept/mesa/version ]] ||
        ! "$kept/dotnet/dotnet" --version >/dev/null 2>&1 || return 0
    begin_work bookworm
    apt download patchelf
    dpkg-deb -x "$work"/patchelf_*.deb "$work/unpacked"
    mkdir "$work/dotnet"
    for part in "$(dirname "$dotnet")"/*/; do
        ln -s "${part%/}" "$work/dotnet/"
    done
    "$work/unpacked/usr/bin/patchelf" --set-interpreter "$libraries/ld-linux-x86-64.so.2" \
        --force-rpath --set-rpath "$libraries" --output "$work/dotnet/dotnet" "$dotnet"
    rm -rf "$kept/dotnet"
    mv -T "$work/dotnet" "$kept/dotnet"
    end_work
}

# Debian has every vendor's shim but Intel's, which is built from the source of Debian 13's own Mesa. (Backports have no
# sources there.)
get_intel_shim() {
    local name="what Intel's shim is built with" tool X
    local install="apt-get install gcc ninja-build python3 pkg-config libexpat1-dev zlib1g-dev"
    [[ ! -e $kept/libintel_noop_drm_shim.so ]] || return 0
    for tool in cc ninja python3 pkg-config; do
        command -v "$tool" >/dev/null ||
            fail "Intel's shim is built here, and $tool is missing: $install"
    done
    begin_work bookworm bookworm-backports trixie
    X="$work/unpacked/usr"
    apt download meson/bookworm-backports \
        {python3-mako,python3-markupsafe,libdrm-dev,libdrm2,bison,flex,libfl2,m4}/bookworm \
        {python3-packaging,python3-yaml}/bookworm
    for tool in "$work"/*.deb; do
        dpkg-deb -x "$tool" "$work/unpacked"
    done
    apt source --download-only mesa/trixie
    mkdir "$work/source"
    tar -x -C "$work/source" --strip-components 1 -f "$work"/mesa_*.orig.tar.xz
    sed -i "s|^prefix=.*|prefix=$X|" "$X"/lib/x86_64-linux-gnu/pkgconfig/*.pc
    (
        cd "$work/source"
        export PATH="$X/bin:$PATH" PYTHONPATH="$X/lib/python3/dist-packages"
        export BISON_PKGDATADIR="$X/share/bison" M4="$X/bin/m4"
        export PKG_CONFIG_PATH="$X/lib/x86_64-linux-gnu/pkgconfig" LD_LIBRARY_PATH="$X/lib/x86_64-linux-gnu"
        python3 "$X/bin/meson" setup ../build -Dbuildtype=release -Dtools=intel,drm-shim -Dplatforms= \
            -Dgallium-drivers= -Dvulkan-drivers= -Dopengl=false -Dglx=disabled -Degl=disabled -Dgbm=disabled \
            -Dllvm=disabled -Dintel-clc=system -Dshared-glapi=disabled -Dvalgrind=disabled -Dlibunwind=disabled \
            -Dzstd=disabled -Dlmsensors=disabled -Dvideo-codecs=
        ninja -C ../build src/intel/tools/libintel_noop_drm_shim.so
    ) >"$kept/intel-shim.log" 2>&1 || fail "Intel's shim does not build: $kept/intel-shim.log"
    mv "$work/build/src/intel/tools/libintel_noop_drm_shim.so" "$kept/"
    end_work
}

get_all() { # NAME...
    get_mesa
    get_dotnet
    [[ " $*" != *" intel-"* ]] || get_intel_shim
}

# dotnet with one GPU's driver. Variables of the caller's that choose other drivers or layers are of no use here.
run_on() { # NAME ARGUMENT...
    local driver shim choice library
    read -r _ driver shim choice < <(grep "^$1 " <<<"$gpus")
    library="$libraries/lib${shim}_noop_drm_shim.so"
    [[ $shim != intel ]] || library="$kept/libintel_noop_drm_shim.so"
    env -u VK_ICD_FILENAMES -u VK_ADD_DRIVER_FILES -u VK_INSTANCE_LAYERS -u LD_LIBRARY_PATH \
        VK_DRIVER_FILES="$kept/mesa/usr/share/vulkan/icd.d/${driver}_icd.json" VK_LOADER_LAYERS_DISABLE='~implicit~' \
        MESA_SHADER_CACHE_DISABLE=true DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 INTEL_FORCE_PROBE='*' \
        "$choice" LD_PRELOAD="$library" "$kept/dotnet/dotnet" "${@:2}"
}

check_names() { # NAME...
    local name
    for name; do
        names | grep -qx -- "$name" || fail "There is no GPU '$name' here, only: $(names | tr '\n' ' ')"
    done
}

results="$kept/results"
program=tools/Benchmarks/bin/Release/net10.0/SoftPool.Benchmarks.dll

compile_kernels() { # NAME
    local status=0 begin=$SECONDS baseline="$baselines/$1.json"
    [[ -z $accept && -e $baseline ]] || baseline=""
    # shellcheck disable=SC2086 # several words
    run_on "$1" $program kernels --chosen ${KERNELS:-} ${baseline:+--baseline "$baseline"} \
        --summary "$results/$1.json" >"$results/$1.txt" 2>&1 || status=$?
    # To be accepted is whatever compiles.
    [[ -z $accept || ! -e $results/$1.json ]] || status=0
    printf '%-14s %3d s  %s\n' "$1" $((SECONDS - begin)) \
        "$(grep -m 1 'pipelines compiled$' "$results/$1.txt" || tail -n 1 "$results/$1.txt")"
    [[ -n $accept ]] || grep '^above the baseline' "$results/$1.txt" || true
    return $status
}

# The figures become the baseline, and the table is made anew out of all baselines.
accept_results() { # NAME...
    local name table=docs/results/gpu-compilers.md files=()
    local mark='<!-- tools/gpu-compilers.sh --accept writes what follows. -->'
    for name; do
        [[ -e $results/$name.json ]] || fail "$name left no figures: $results/$name.txt"
    done
    mkdir -p "$baselines"
    for name; do
        cp "$results/$name.json" "$baselines/"
    done
    for name in $(names); do
        [[ ! -e $baselines/$name.json ]] || files+=("$baselines/$name.json")
    done
    {
        sed "\\|^$mark\$|,\$d" "$table"
        printf '%s\n\n' "$mark"
        dotnet $program kernels-table "${files[@]}"
    } >"$results/table.md"
    cp "$results/table.md" "$table"
}

# The time of networks by a model of these compilers' GPUs.
predict() {
    local name table=docs/results/predictions.md files=()
    local mark='<!-- tools/gpu-compilers.sh --predict writes what follows. -->'
    mkdir -p "$predictions"
    for name in nvidia-ampere amd-navi31 amd-gfx1150 intel-tgl intel-dg2 adreno-750 apple-m1; do
        get_all "$name"
        run_on "$name" $program predict --compiler "$name" --output "$predictions/$name.json"
        files+=("$predictions/$name.json")
    done
    {
        sed "\\|^$mark\$|,\$d" "$table"
        printf '%s\n\n' "$mark"
        dotnet $program predict-table "${files[@]}"
    } >"$kept/predictions.md"
    cp "$kept/predictions.md" "$table"
}

work=""
trap '[[ -z $work ]] || rm -rf "$work"' EXIT
case "${1:-}" in
    --names) names ;;
    --predict)
        dotnet build tools/Benchmarks --configuration Release --verbosity quiet -warnaserror
        predict
        ;;
    --get)
        check_names "${@:2}"
        get_all "${@:2}"
        ;;
    --run)
        check_names "${2:-}"
        get_all "$2"
        run_on "${@:2}"
        ;;
    *)
        accept=""
        if [[ ${1:-} == --accept ]]; then
            [[ -z ${KERNELS:-} ]] || fail "A baseline is of all kernels: --accept takes no KERNELS."
            accept=1
            shift
        fi
        names=("$@")
        ((${#names[@]} > 0)) || mapfile -t names < <(names)
        check_names "${names[@]}"
        get_all "${names[@]}"
        tools/setup.sh
        dotnet build tools/Benchmarks --configuration Release --verbosity quiet -warnaserror
        rm -rf "$results"
        mkdir -p "$results"
        # shellcheck source=tools/lib/side-by-side.sh
        . tools/lib/side-by-side.sh
        status=0
        side_by_side compile_kernels "$results" "${names[@]}" || status=1
        [[ -z $accept ]] || accept_results "${names[@]}"
        exit $status
        ;;
esac
