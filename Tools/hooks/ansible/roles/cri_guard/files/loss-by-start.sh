# SNAPSHOT CRI...: fails if a start of kubelet would kill pods in their present state, for example because containerd lost their
# addresses at an earlier restart. A snapshot compared with itself shows only what kubelet acts on at its start.
now=$(mktemp "$1.now.XXXXXX") || exit 3
trap 'rm -f "$now"' EXIT
shift
"$@" snapshot --incomplete -o "$now" >&2 || exit 3
code=0
"$@" verify --before "$now" --after "$now" --scenario kubelet-restart --ignore runtime.network --ignore runtime.cni >&2 || code=$?
[ "$code" != 1 ] || { echo "a start of kubelet would kill these pods, so nothing was stopped; drain the node first" >&2; exit 1; }
