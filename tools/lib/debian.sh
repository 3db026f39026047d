# For other scripts, to be sourced: packages out of Debian's archive, without root and without installing them.
# shellcheck shell=bash

keys=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
    echo "$1" >&2
    exit 1
}

# apt-get with sources, lists, cache and a list of installed packages of its own, all in the folder $work; that list is
# empty unless it is there already. Any source that does not answer is an error. $name says what the packages are for.
apt() {
    mkdir -p "$work"/{state/lists,cache/archives}/partial
    touch "$work/status"
    (cd "$work" && apt-get -qq -y -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o Dir::State="$work/state" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2 \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o APT::Update::Error-Mode=any \
        -o APT::Install-Recommends=false "$@") >"$work/log" 2>&1 ||
        fail "Debian's archive did not give $name: $(grep -m 1 '^E:' "$work/log" || tail -n 1 "$work/log")"
}

# The mirror from which this system takes a suite of Debian's, out of apt's own sources in either of their formats.
mirror_of() { # SUITE
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null || true; } | awk -v suite="$1" '
        function take(uri) { if (first == "") first = uri }
        $1 == "deb" {
            uri = ""
            for (i = 2; i <= NF; i++) if (uri == "" && $i ~ /:\//) uri = $i; else if ($i == suite) take(uri)
        }
        $1 == "URIs:" { uris = $2 }
        $1 == "Suites:" { for (i = 2; i <= NF; i++) has = has || $i == suite }
        /^[ \t]*$|^Types:/ { if (has) take(uris); uris = ""; has = 0 }
        END { if (has) take(uris); print first }'
}

# The system that the packages are for.
need_debian_12() {
    [[ -e $keys ]] ||
        fail "This comes out of Debian's archive, whose keys are missing: $keys (package debian-archive-keyring)."
    if ! grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release || [[ $(uname -m) != x86_64 ]]; then
        fail "This comes out of Debian's packages for amd64, on Debian 12; this is $(
            . /etc/os-release && echo "$PRETTY_NAME"), $(uname -m)."
    fi
}
