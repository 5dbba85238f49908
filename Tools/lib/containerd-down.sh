# Part of Tools/containerd-node: removes a node without using its daemon, which may be dead or broken.

shims() { # prints the PIDs of this node's shims
  for f in /proc/[0-9]*/cmdline; do
    tr '\0' ' ' 2>/dev/null <"$f" | grep -qF -- "-address $dir/containerd.sock " || continue
    p=${f#/proc/}; echo "${p%/cmdline}"
  done
}

others() { ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qE '/containerd(-shim[^/]*)?$'; }

down() {
  [ -d "$dir" ] || return 0
  [ -f "$dir/config.toml" ] || die "$dir does not contain a node"
  [ "$(id -u)" = 0 ] || cannot "root privileges are required"
  stop TERM
  # runc has a record of every container in DIR/runc; delete kills the container and removes its cgroup.
  for record in "$dir"/runc/k8s.io/*/; do
    [ ! -d "$record" ] || runc --root "$dir/runc/k8s.io" delete --force "$(basename "$record")" || true
  done
  for p in $(shims); do kill -KILL "$p" 2>/dev/null || true; done
  i=0; while [ -n "$(shims)" ]; do i=$((i + 1)); [ $i -lt 100 ] || die "the shims do not exit"; sleep 0.05; done
  # A killed shim leaves its socket, and libcni its cache; both are outside DIR.
  for bundle in "$dir"/state/io.containerd.runtime.v2.task/k8s.io/*/; do
    [ -d "$bundle" ] || continue
    [ ! -f "$bundle/address" ] || rm -f "$(sed 's|^unix://||' "$bundle/address")"
    rm -f "/var/lib/cni/results/cni-loopback-$(basename "$bundle")-lo"
  done
  rm -f /var/lib/cni/results/"$bridge"-*
  # Unmount root file systems, shm and network namespaces, the deepest ones first.
  awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r m; do umount -l "$m"; done
  ip link delete "$bridge" 2>/dev/null || true
  # Remove empty directories, unless another containerd is running, which may be about to use them.
  others || rmdir /sys/fs/cgroup/*/k8s.io /sys/fs/cgroup/k8s.io /run/containerd/s /run/containerd \
    /var/lib/cni/results /var/lib/cni 2>/dev/null || true
  rm -rf "$dir"
}
