#!/usr/bin/env bash
# MPICH and Open MPI out of Debian 12's packages, unpacked into artifacts/mpi/: nothing is installed, no root needed.
#   tools/mpi.sh                    gets both; a line with name and version for each
#   tools/mpi.sh NAME COMMAND...    runs a command with one of them, mpich or openmpi, such as
#   tools/mpi.sh mpich mpirun -n 2 dotnet src/Trainer/bin/Release/net10.0/softpool.dll train --steps 10
set -euo pipefail
folder="$(dirname "$(dirname "$(readlink -f "$0")")")/artifacts/mpi"
# shellcheck source=tools/lib/debian.sh
. "$(dirname "$(readlink -f "$0")")/lib/debian.sh"

packages_of() { # NAME
    case "$1" in
        mpich) echo mpich libmpich12 libhwloc15 libnuma1 libucx0 libslurm38 ;;
        openmpi)
            echo openmpi-bin openmpi-common libopenmpi3 libhwloc15 libevent-core-2.1-7 libevent-pthreads-2.1-7 \
                libpmix2 libmunge2 libnl-3-200 libnl-route-3-200
            ;;
        *) fail "There is no MPI '$1' here, only mpich and openmpi." ;;
    esac
}

get() { # NAME
    local name=$1 packages mirror security
    packages="$(packages_of "$name")"
    [[ -e $folder/$name/version ]] && return
    need_debian_12
    if [[ -z $work ]]; then
        mkdir -p "$folder"
        work="$(mktemp -d "$folder/.work.XXXXXX")"
        trap 'rm -rf "$work"' EXIT
        mirror="$(mirror_of bookworm)"
        security="$(mirror_of bookworm-security)"
        [[ -n $mirror ]] ||
            fail "No source of apt's on this system has the suite bookworm; MPI comes from its mirror."
        printf "deb [signed-by=$keys] %s main\n" "$mirror bookworm" \
            ${security:+"$security bookworm-security"} >"$work/sources.list"
        apt update
    fi
    rm -rf "$work"/*.deb "$work/unpacked"
    mkdir "$work/unpacked"
    # shellcheck disable=SC2086 # a word each
    apt download $packages
    for package in "$work"/*.deb; do
        dpkg-deb -x "$package" "$work/unpacked"
    done
    # Debian links mpirun to one of the installed ones; here each has its own.
    case "$name" in
        mpich) ln -s mpiexec.hydra "$work/unpacked/usr/bin/mpirun" ;;
        openmpi) ln -s orterun "$work/unpacked/usr/bin/mpirun" ;;
    esac
    dpkg-deb -f "$(compgen -G "$work/lib$name*.deb" | head -n 1)" Version >"$work/unpacked/version"
    # All or nothing; another process may have been faster.
    mv -T "$work/unpacked" "$folder/$name" 2>/dev/null || [[ -e $folder/$name/version ]] ||
        fail "$folder/$name cannot be written."
}

work=""
if [[ $# == 0 ]]; then
    for name in mpich openmpi; do
        get "$name"
        printf '%-8s %s\n' "$name" "$(<"$folder/$name/version")"
    done
    exit
fi
name=$1
shift
[[ $# -gt 0 ]] || fail "Expected a command behind $name, such as mpirun -n 2 ..."
get "$name"
root="$folder/$name"
export PATH="$root/usr/bin:$PATH"
export LD_LIBRARY_PATH="$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
if [[ $name == openmpi ]]; then
    # It looks for its parts where Debian would have put them. As root it asks to be told twice.
    export OPAL_PREFIX="$root/usr" OPAL_LIBDIR="$root/usr/lib/x86_64-linux-gnu/openmpi/lib"
    export OPAL_SYSCONFDIR="$root/etc" OMPI_MCA_mca_base_component_path="$OPAL_LIBDIR/openmpi3"
    export PMIX_INSTALL_PREFIX="$root/usr/lib/x86_64-linux-gnu/pmix2"
    export PMIX_MCA_pcompress_base_silence_warning=1 OMPI_MCA_mca_base_component_show_load_errors=0
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
exec "$@"
