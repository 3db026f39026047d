#!/usr/bin/env bash
# Runs a command in two processes of Open MPI whose network is as slow as wanted: two network namespaces on this
# machine, joined by a pair of virtual Ethernet devices, each shaped to a rate. Needs root; leaves nothing behind. At the
# end it says how much each of them has sent.
#   tools/mpi-network.sh 1gbit COMMAND...     1gbit, 10gbit or another rate of tc(8)
set -euo pipefail
[[ $# -ge 2 ]] || { echo "usage: tools/mpi-network.sh RATE COMMAND..." >&2 && exit 2; }
PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ip and tc
rate=$1
shift
tools="$(dirname "$(readlink -f "$0")")"
name="softpool$$"
work="$(mktemp -d)"
end() {
    ip netns del "$name.1" 2>/dev/null || true
    ip netns del "$name.2" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
for side in 1 2; do
    ip netns add "$name.$side"
done
ip link add wire netns "$name.1" type veth peer name wire netns "$name.2"
for side in 1 2; do
    ip -n "$name.$side" addr add "10.213.0.$side/24" dev wire
    ip -n "$name.$side" link set lo up
    ip -n "$name.$side" link set wire up
    ip netns exec "$name.$side" tc qdisc add dev wire root tbf rate "$rate" burst 1mb latency 50ms
done
# What mpirun starts a process on another host with: here a command in the other namespace.
cat >"$work/remote" <<END
#!/bin/sh
host=\$1
shift
exec ip netns exec "$name.\${host##*.}" sh -c "\$*"
END
chmod +x "$work/remote"
# Not the memory that both share: TCP over the link.
"$tools/mpi.sh" openmpi ip netns exec "$name.1" mpirun --mca plm_rsh_agent "$work/remote" \
    --mca btl tcp,self --mca pml ob1 --mca btl_tcp_if_include wire --mca oob_tcp_if_include wire --bind-to none \
    --host 10.213.0.1,10.213.0.2 -n 2 "$@"
for side in 1 2; do
    printf 'process %d has sent %.1f MB\n' $((side - 1)) \
        "$(ip netns exec "$name.$side" cat /proc/net/dev | awk '$1 == "wire:" { print $10 / 1e6 }')"
done
