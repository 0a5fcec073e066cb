#!/usr/bin/env bash
# The main job, from a Compose file to packets, inside throwaway network namespaces:
# a host, a container behind its bridge br-front, and a client outside of the host.
# Needs root. NFCORE is the command to run; by default the one in .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
nfcore=${NFCORE:-.venv/bin/nfcore}
id=$$
host=nfcore-demo-host-$id container=nfcore-demo-ctr-$id client=nfcore-demo-cli-$id

bold='' plain=''
if [ -t 1 ]; then
    bold=$'\033[1m' plain=$'\033[0m'
fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

server=
cleanup() {
    [ -n "$server" ] && kill "$server" 2>/dev/null
    for ns in "$host" "$container" "$client"; do
        ip netns del "$ns" 2>/dev/null || true
    done
}
trap cleanup EXIT

for ns in "$host" "$container" "$client"; do
    ip netns add "$ns"
    ip -n "$ns" link set lo up
done
ip -n "$host" link add br-front type bridge
ip -n "$host" addr add 172.20.0.1/24 dev br-front
ip -n "$host" link set br-front up
ip link add netns "$host" name veth0 type veth peer name eth0 netns "$container"
ip -n "$host" link set veth0 master br-front up
ip -n "$container" addr add 172.20.0.10/24 dev eth0
ip -n "$container" link set eth0 up
ip -n "$container" route add default via 172.20.0.1
ip link add netns "$host" name uplink type veth peer name eth0 netns "$client"
ip -n "$host" addr add 198.51.100.1/24 dev uplink
ip -n "$host" link set uplink up
ip -n "$client" addr add 198.51.100.2/24 dev eth0
ip -n "$client" link set eth0 up
ip -n "$client" route add 172.20.0.0/24 via 198.51.100.1
ip netns exec "$host" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'

say "nfcore apply examples/compose.yml"
"$nfcore" apply --netns "$host" examples/compose.yml

say "nfcore apply, once more"
"$nfcore" apply --netns "$host" examples/compose.yml

say "nfcore save"
"$nfcore" save --netns "$host"

say "nfcore network ls; nfcore port ls"
"$nfcore" network ls --netns "$host"
"$nfcore" port ls --netns "$host"

# Two servers in the container: one on port 80, which is published, one on 81, which is not.
ip netns exec "$container" python3 examples/demo_server.py 172.20.0.10 80 81 &
server=$!

connect() { # address port: what the server says, or that nothing came
    ip netns exec "$client" python3 examples/demo_client.py "$1" "$2"
}

expect() { # pattern answer
    echo "$2"
    [[ $2 == $1 ]] || { echo "expected: $1" >&2; exit 1; }
}

say "From outside to the published port: 198.51.100.1:80"
expect "hello*" "$(connect 198.51.100.1 80)"
say "From outside straight to an unpublished port of the container: 172.20.0.10:81"
expect "no answer" "$(connect 172.20.0.10 81)"

say "The published port answered, the unpublished one did not: that is what the file asked for"
