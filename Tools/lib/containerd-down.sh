# Part of Tools/containerd-node: the end of a node, without help from its daemon (which may be dead or broken).

shims() { # prints the process ids of this node's shims
  for f in /proc/[0-9]*/cmdline; do
    tr '\0' ' ' 2>/dev/null <"$f" | grep -qF -- "-address $dir/containerd.sock " || continue
    p=${f#/proc/}; echo "${p%/cmdline}"
  done
}

others() { ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qE '/containerd(-shim[^/]*)?$'; }

down() {
  [ -d "$dir" ] || return 0
  [ -f "$dir/config.toml" ] || die "no node in $dir"
  [ "$(id -u)" = 0 ] || cannot "needs root"
  stop TERM
  # runc knows every container of ours by its record in DIR/runc: delete kills it and removes its cgroup.
  for record in "$dir"/runc/k8s.io/*/; do
    [ ! -d "$record" ] || runc --root "$dir/runc/k8s.io" delete --force "$(basename "$record")" || true
  done
  for p in $(shims); do kill -KILL "$p" 2>/dev/null || true; done
  i=0; while [ -n "$(shims)" ]; do i=$((i + 1)); [ $i -lt 100 ] || die "shims do not end"; sleep 0.05; done
  # A killed shim leaves its socket and libcni its cache, both outside DIR.
  for bundle in "$dir"/state/io.containerd.runtime.v2.task/k8s.io/*/; do
    [ -d "$bundle" ] || continue
    [ ! -f "$bundle/address" ] || rm -f "$(sed 's|^unix://||' "$bundle/address")"
    rm -f "/var/lib/cni/results/cni-loopback-$(basename "$bundle")-lo"
  done
  rm -f /var/lib/cni/results/"$bridge"-*
  # Deepest first: root filesystems, shm and network namespaces.
  awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r m; do umount -l "$m"; done
  ip link delete "$bridge" 2>/dev/null || true
  # Empty leftovers; another containerd, if one runs, may be about to use them.
  others || rmdir /sys/fs/cgroup/*/k8s.io /sys/fs/cgroup/k8s.io /run/containerd/s /run/containerd \
    /var/lib/cni/results /var/lib/cni 2>/dev/null || true
  rm -rf "$dir"
}
