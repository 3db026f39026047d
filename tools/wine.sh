#!/usr/bin/env bash
# Runs programs for Windows, and the runtime's tests as one, under Wine 8.0 of Debian 12, with a Vulkan driver of
# tools/drivers.sh behind winevulkan. What this system lacks for it is unpacked into artifacts/wine/: nothing is
# installed, no root is needed.
#   tools/wine.sh                      publishes the runtime's tests for win-x64, and runs those that can differ there
#   tools/wine.sh --filter SessionTests    these; other arguments go to the test program too
#   tools/wine.sh --get                gets Wine and makes its folder for drive C:
#   tools/wine.sh --publish            publishes the tests
#   tools/wine.sh --tests ...          runs them as they were published, with more arguments
#   tools/wine.sh --run PROGRAM ...    runs a program
# docs/notes/windows.md says what differs there.
set -euo pipefail
root="$(dirname "$(dirname "$(readlink -f "$0")")")"
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false # no greeting, no web server here
name="Wine"
kept="$root/artifacts/wine"
libraries="$kept/unpacked/usr/lib/x86_64-linux-gnu" wine="$kept/unpacked/usr/lib/wine/wine64"
# shellcheck source=tools/lib/debian.sh
. "$root/tools/lib/debian.sh"

# Files and folders, starts, hosts, runs and certificates. Wine 8.0 has no symbolic links.
filter='(ClassName~WholeFileTests|ClassName~PipelineCacheTests|ClassName~HangTests|ClassName~ExternalDataTests'
filter+='|ClassName~ModelFileTests|ClassName~ModelStreamTests|ClassName~SafetensorsFileTests'
filter+='|ClassName~SafetensorsWritingTests|ClassName~.DeviceTests|ClassName~HostDeviceTests|ClassName~.SessionTests'
filter+='|ClassName~RunsInFlightTests|ClassName~VerifyTests)&Name!~link'

get_wine() {
    local package security X="$kept/unpacked" display
    if [[ ! -e $X/version ]]; then
        need_debian_12
        mkdir -p "$kept"
        work="$(mktemp -d "$kept/.work.XXXXXX")"
        printf "deb [signed-by=$keys] %s main\n" "$(mirror_of bookworm) bookworm" >"$work/sources.list"
        security="$(mirror_of bookworm-security)"
        [[ -z $security ]] || printf "deb [signed-by=$keys] %s main\n" "$security bookworm-security" \
            >>"$work/sources.list"
        apt update
        apt download wine64 libwine libz-mingw-w64 xvfb xserver-common x11-xkb-utils xkb-data
        cp /var/lib/dpkg/status "$work/status" # what else is missing here
        apt install --download-only xvfb libx11-6 libxext6 libxcursor1 libxrandr2 libxi6 libxrender1 libxfixes3 \
            libfreetype6 x11-xkb-utils
        mkdir "$work/unpacked"
        for package in "$work"/*.deb "$work"/cache/archives/*.deb; do
            [[ ! -e $package ]] || dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/unpacked" \
                --exclude='*/i386-windows' --exclude='./usr/i686-w64-mingw32' --exclude='./usr/share/doc' \
                --exclude='./usr/share/man' --exclude='./etc' --exclude='./var'
        done
        # Debian's is a script that looks for the server where it would be installed.
        ln -sf wineserver64 "$work/unpacked/usr/lib/wine/wineserver"
        # Xvfb starts /usr/bin/xkbcomp; so it starts the one in its working folder.
        sed -i 's|/usr/bin\x00|usr/bin\x00\x00|' "$work/unpacked/usr/bin/Xvfb"
        basename "$work"/wine64_*.deb | cut -d _ -f 2 >"$work/unpacked/version"
        rm -rf "$X"
        mv -T "$work/unpacked" "$X"
        rm -rf "$work"
        work=""
    fi
    if [[ ! -e $kept/prefix/ready ]]; then
        rm -rf "$kept/prefix"
        mkdir -p "$kept/prefix/drive_c/windows/system32"
        # Wine's own libraries need it, and Wine does not bring it.
        cp "$X/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$kept/prefix/drive_c/windows/system32/"
        # Nobody is asked for Mono and Gecko, which nothing needs here.
        WINEDLLOVERRIDES='mscoree,mshtml=' run_wine wineboot --init >"$kept/wineboot.log" 2>&1 ||
            fail "Wine does not start: $kept/wineboot.log"
        run_wine winecfg -v win10 >>"$kept/wineboot.log" 2>&1 # .NET 10 refuses older ones
        touch "$kept/prefix/ready"
    fi
}

# A screen for winevulkan, which refuses to work without one.
begin_screen() {
    [[ -z $screen ]] || return 0
    screen="$(mktemp -d "${TMPDIR:-/tmp}/softpool-screen.XXXXXX")"
    mkfifo "$screen/number"
    (cd "$kept/unpacked" && LD_LIBRARY_PATH="$libraries" exec usr/bin/Xvfb -displayfd 3 -nolisten tcp -ac \
        3>"$screen/number" >"$screen/log" 2>&1) &
    server=$!
    read -r -t 30 display <"$screen/number" || fail "Xvfb does not start: $(cat "$screen/log")"
    export DISPLAY=":$display"
}

end_all() {
    [[ -z $work ]] || rm -rf "$work"
    [[ ! -e $kept/prefix ]] || WINEPREFIX="$kept/prefix" timeout 20 "$kept/unpacked/usr/lib/wine/wineserver" -k || true
    [[ -z $server ]] || kill "$server" || true
    [[ -z $screen ]] || rm -rf "$screen"
}

# Wine 8.0 loses its way when .NET writes code through a second mapping, or when its compiler skips what it meant to
# inline: neither happens with these. Names of files are in UTF-8.
run_wine() {
    begin_screen
    WINEPREFIX="$kept/prefix" WINEDEBUG="${WINEDEBUG:--all}" LD_LIBRARY_PATH="$libraries" LC_ALL=C.UTF-8 \
        DOTNET_EnableWriteXorExecute=0 DOTNET_JITMinOpts=1 timeout --kill-after=5 "${WINE_SECONDS:-600}" "$wine" "$@"
}

publish() {
    dotnet publish "$root/tests/Runtime.Tests" --configuration Release --runtime win-x64 --self-contained \
        --verbosity quiet --output "$kept/tests"
    # Methods called by reflection get no code of their own, which Wine 8.0 does not unwind.
    sed -i 's|"configProperties": {|&\n      "Switch.System.Reflection.ForceInterpretedInvoke": true,|' \
        "$kept/tests/SoftPool.Runtime.Tests.runtimeconfig.json"
}

# Those that were published, with a model that torch certifies on this system.
run_tests() {
    local trainer="$root/src/Trainer/bin/Release/net10.0/softpool.dll" model="$kept/certified.safetensors"
    get_wine
    if [[ -z ${VK_DRIVER_FILES:-} ]]; then
        VK_DRIVER_FILES="$("$root/tools/drivers.sh" --icd lavapipe-22)"
        export VK_DRIVER_FILES
    fi
    [[ -e $trainer ]] || dotnet build "$root/src/Trainer" --configuration Release --verbosity quiet
    dotnet "$trainer" export --network alexnet-softpool --random-weights 1 --output "$model"
    [[ " $* " == *" --filter "* ]] || set -- --filter "$filter" "$@"
    SOFTPOOL_CERTIFIED="$model" run_wine "$kept/tests/SoftPool.Runtime.Tests.exe" --progress off --output detailed "$@"
}

work="" screen="" server=""
trap end_all EXIT
case "${1:-}" in
    --get) get_wine ;;
    --publish) publish ;;
    --run)
        get_wine
        run_wine "${@:2}"
        ;;
    --tests) run_tests "${@:2}" ;;
    *)
        get_wine
        "$root/tools/setup.sh"
        publish
        run_tests --no-banner "$@"
        ;;
esac
