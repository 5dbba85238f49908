# Part of Tools/hooks/test/run: the checks of the cases, and what they do to the node.

# Shows what a failed case leaves behind.
show_state() {
  say "the end of the machine's journal:"
  inside journalctl --no-pager -o cat -n 30 -t cri-hook -t cri | cut -c 1-200 >&2
  inside cat /run/cri/containerd/verdict >&2
  say "kubelet's actions: $(tr '\n' ' ' <"$node/log/kubelet")"
  tail -n 3 "$node/log/kubelet.err" >&2
}

# SECONDS COMMAND...: waits until the command succeeds.
within() {
  seconds=$1; shift
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt $((seconds * 5)) ] || return 1
    sleep 0.2
  done
}

# TEXT COMMAND...: the case fails with TEXT unless the command succeeds.
check() {
  text=$1; shift
  "$@" || die "$case: not true: $text"
}

# NUMBER: whether exactly this many pods are ready and this many containers are running.
has_pods() {
  [ "$(inside cri pods -q --state ready 2>/dev/null | wc -l)" = "$1" ] && [ "$(inside cri ps -q --state running 2>/dev/null | wc -l)" = "$1" ]
}

# NAME...: starts the machine with these pods.
start_with_pods() {
  mkdir -p "$node/kubelet/manifests"
  for pod in "$@"; do : >"$node/kubelet/manifests/$pod"; done
  machine_up
  inside ctr -n k8s.io images import --snapshotter native /etc/node/images.tar >/dev/null
  inside systemctl start kubelet
  check "the pods run" within 60 has_pods $#
  [ "$(processes | wc -w)" = $((2 * $#)) ] || die "the processes of the pods are not found"
}

# The PIDs of the pods' processes, which change when kubelet recreates a pod.
processes() { inside sh -c 'pgrep -x -f "sleep infinity|/bin/sleep infinity" | sort -n | tr "\n" " "'; }
# UNIT
is_active() { inside systemctl is-active --quiet "$1"; }
is_not_active() { ! is_active "$1"; }
# TEXT UNIT: waits up to 10 s until the journal of the unit or of cri contains the text. The journal does not always know the
# unit of a process that has already exited.
journal_has() { within 10 journal_has_now "$@"; }
journal_has_now() {
  { inside journalctl --no-pager -o cat -u "$2"; inside journalctl --no-pager -o cat -t cri; } | grep -qF -- "$1"
}
# The number of kubelet's starts
starts() { grep -c '^start$' "$node/log/kubelet"; }
has_starts() { [ "$(starts)" = "$1" ]; }
has_line() { grep -qxF -- "$1" "$node/log/kubelet"; }
# NAME: whether kubelet has killed the pod and then recreated it. (It writes `kill` before it stops the pod.)
is_replaced() { sed -n "/^kill $1\$/,\$p" "$node/log/kubelet" | grep -qxF -- "create $1"; }
same() { [ "$1" = "$2" ]; }
fails() { ! "$@" >/dev/null 2>&1; }
exits() { code=0; wanted=$1; shift; "$@" >/dev/null 2>&1 || code=$?; [ $code = "$wanted" ]; }
as_nobody() { inside setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# DIRECTORY: runs the commands of the first block in its README, without those for the cluster.
follow_readme() {
  sed -n '/^```sh/,/^```/{/^```/!p}' "$hooks/$1/README.md" | grep -v '^helm' >"$node/etc/readme.sh"
  inside sh -c "set -e; cd '/hooks/$1'; . /etc/node/readme.sh" >"$work/readme" 2>&1 || { cat "$work/readme" >&2; die "$1/README.md fails"; }
}
install_systemd_hook() { follow_readme systemd; }
is_verdict() { [ "$(inside head -n 1 /run/cri/containerd/verdict 2>/dev/null)" = "$1" ]; }

# NAME: makes containerd, which must be stopped, lose the address of a pod at its next start.
lose_address() { inside lose "$1" || die "cannot make containerd lose the address of $1"; }

# SIGNAL [COMMAND...]: sends a signal to containerd, runs a command while it is down, and waits until systemd has
# started it again.
kill_runtime() {
  signal=$1; shift
  old=$(inside systemctl show -p MainPID --value containerd)
  inside systemctl kill --kill-whom=main -s "$signal" containerd
  if [ $# -gt 0 ]; then within 5 inside sh -c "! [ -d /proc/$old ]" || die "containerd did not exit"; "$@"; fi
  within 60 is_restarted "$old" || die "systemd does not start containerd again"
}
is_restarted() { # OLD-PID
  case $(inside systemctl show -p MainPID --value containerd) in 0 | "$1") return 1 ;; esac
  is_active containerd
}
# LINE...: writes the hook's settings.
settings() { inside mkdir -p -m 0755 /etc/cri; printf '%s\n' "$@" | inside sh -c 'cat >/etc/cri/hook.conf && chmod 644 /etc/cri/hook.conf'; }
# SCRIPT: the hook uses a cri that runs the script first.
cri_that() {
  printf '#!/bin/sh\n%s\nexec cri "$@"\n' "$1" >"$node/etc/cri"
  chmod 0755 "$node/etc/cri"
  settings 'CRI=/etc/node/cri' 'CRI_HOOK_WAIT=1'
}
status_has() { inside /usr/local/lib/cri/cri-hook status containerd | grep -qF -- "$1"; }
is_repeated() { case $(inside systemctl show -p ActiveState --value cri-recheck@containerd) in activating | active) true ;; *) false ;; esac; }
resume_runtime() { inside systemctl kill --kill-whom=main -s CONT containerd; inside cri wait --stable 0 --timeout 20s; }
# COUNT LINE
has_lines() { [ "$(grep -cxF -- "$2" "$node/log/kubelet")" = "$1" ]; }
# TEXT: whether the journal contains a line of cri with this text.
logged() { within 10 logged_now "$1"; }
logged_now() { inside journalctl --no-pager -o cat -t cri | grep -qF -- "$1"; }
# TEXT FILE
same_file() { [ "$(inside cat "$2" 2>/dev/null)" = "$1" ]; }
