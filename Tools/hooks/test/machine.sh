# Part of Tools/hooks/test/run: a node in systemd-nspawn, with systemd as PID 1, a real containerd and a small kubelet.
# The machine has the host's /usr, and a directory $node for what survives a reboot. Everything else is new at each
# boot.

# Creates the node's files, without any hook.
node_prepare() {
  node=$work/node
  for part in units containerd lib log etc kubelet cni local/bin local/sbin local/lib; do mkdir -p "$node/$part"; done
  chmod 0755 "$work" "$node"
  cp "$cri" "$node/local/bin/cri"
  install -m 0755 "$here/kubelet" "$node/local/bin/kubelet"
  install -m 0755 "$here/prepare" "$here/lose" "$node/local/bin"
  cp "$here"/units/* "$node/units/"
  mkdir -p "$node/units/multi-user.target.wants" "$node/units/containerd.service.d"
  ln -s ../kubelet.service "$node/units/multi-user.target.wants/kubelet.service"
  ln -s /usr/lib/systemd/system/containerd.service "$node/units/multi-user.target.wants/containerd.service"
  mv "$node/units/containerd.conf" "$node/units/containerd.service.d/10-test.conf"
  echo "$name" >"$node/etc/cgroup"
  # No unit that is installed on the host may start in the machine.
  for unit in docker.service podman.service networking.service systemd-firstboot.service systemd-networkd-wait-online.service; do
    ln -s /dev/null "$node/units/$unit"
  done
  (dir=$node/etc && build_images)
  # The libraries of a binary that is not static, if they are not in /usr.
  libraries=
  for directory in $(ldd "$cri" 2>/dev/null | sed -n 's|.*=> \(/[^ ]*\)/[^/ ]* .*|\1|p' | grep -vE '^/(usr/)?lib' | sort -u); do
    libraries="$libraries --bind-ro=$directory"
  done
}

# Starts the machine, and waits until systemd has started everything.
machine_up() {
  # A separate cgroup, because systemd-nspawn divides the one that it is in.
  for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -f "$hierarchy/cgroup.procs" ] && mkdir -p "$hierarchy/$name" && groups="$hierarchy/$name $groups"
  done
  # runc needs the system calls for keys and for BPF.
  setsid sh -c 'for group in $1; do echo $$ >"$group/cgroup.procs"; done; shift; exec "$@"' - "$groups" \
    systemd-nspawn --system-call-filter="@keyring bpf" --quiet --directory=/ --volatile=yes --boot --register=no --keep-unit --private-network \
    --machine="$name" --uuid="$uuid" --console=pipe \
    --bind-ro="$here/manager:/etc/systemd/system.conf.d" --bind="$node/units:/etc/systemd/system" --bind="$node/etc:/etc/node" --bind="$node/containerd:/var/lib/containerd" \
    --bind="$node/lib:/var/lib/node" --bind="$node/log:/var/log/node" --bind="$node/kubelet:/var/lib/kubelet" \
    --bind="$node/cni:/var/lib/cni" --bind="$node/local:/usr/local" --bind-ro="$hooks:/hooks" $libraries \
    -- systemd.unit=multi-user.target </dev/null >>"$work/console" 2>&1 &
  nspawn=$!
  tries=0
  until leader=$(descendant "$nspawn") && is_up; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] && kill -0 "$nspawn" 2>/dev/null || { tail -n 20 "$work/console" >&2; die "the machine does not start"; }
    sleep 0.2
  done
}

# PID: prints the PID of the machine's systemd, which is a child or grandchild of systemd-nspawn.
descendant() {
  for child in $(cat "/proc/$1/task/$1/children"); do
    if [ "$(cat "/proc/$child/comm" 2>/dev/null)" = systemd ]; then echo "$child"; return 0; fi
    descendant "$child" && return 0
  done
  return 1
}

is_up() { case $(inside systemctl is-system-running 2>/dev/null) in running | degraded) true ;; *) false ;; esac; }

# COMMAND...: runs a command in the machine.
inside() {
  nsenter -t "$leader" -m -u -i -n -p -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

# [COMMAND...]: reboots the machine: everything is shut down properly, and /run is new. `cut` cuts the power instead.
machine_reboot() {
  if [ "${1:-}" = cut ]; then kill -KILL "$leader"
  elif [ $# -gt 0 ]; then inside "$@" || true
  else inside systemctl poweroff >/dev/null 2>&1 || true
  fi
  tries=0
  while kill -0 "$nspawn" 2>/dev/null; do
    tries=$((tries + 1)); [ $tries -lt 600 ] || die "the machine does not end"
    sleep 0.1
  done
  machine_up
}

machine_down() {
  [ -n "${nspawn:-}" ] || return 0
  leader=$(descendant "$nspawn") && kill -KILL "$leader" 2>/dev/null
  tries=0
  while kill -0 "$nspawn" 2>/dev/null; do
    tries=$((tries + 1)); [ $tries -lt 100 ] || { kill -KILL "$nspawn"; break; }
    sleep 0.1
  done
  nspawn=
  # The cgroups of the machine and of its pods.
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || :
}
