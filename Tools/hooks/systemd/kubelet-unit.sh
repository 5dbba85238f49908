# Part of cri-hook, and installed beside it: whether kubelet's unit, as systemd has loaded it, runs the gate.
# shellcheck shell=sh
# shellcheck disable=SC2154  # cri-hook sets name

# Prints "installed"; "missing" if a start of kubelet does not run the gate; "ignored" if it does so with `-`, so that the
# result has no effect; or "unknown" if systemd does not answer.
gate_state() {
  kubelet=${CRI_HOOK_KUBELET:-kubelet}.service
  shown=$(systemctl show --property=LoadState,ExecStartPre "$kubelet" 2>/dev/null) || shown=''
  [ -n "$shown" ] || { echo unknown; return 0; }
  # For each command, systemd prints a line with `argv[]=/usr/local/lib/cri/cri-hook gate containerd ; ignore_errors=no ;`.
  case $(echo "$shown" | grep "cri-hook gate ${name}[ ;]") in
    *ignore_errors=no*) echo installed ;;
    '') echo missing ;;
    *) echo ignored ;;
  esac
}

# Prints a line if kubelet starts whatever the verdict is; otherwise it returns 1.
gate_problem() {
  kubelet=${CRI_HOOK_KUBELET:-kubelet}.service
  case $(gate_state) in
    missing) echo "kubelet is not guarded: $kubelet does not run 'cri-hook gate $name' (ExecStartPre=), so kubelet starts whatever the verdict is; see systemctl cat $kubelet, and run systemctl daemon-reload" ;;
    ignored) echo "kubelet is not guarded: $kubelet runs 'cri-hook gate $name' with '-', so kubelet starts whatever the verdict is; remove the '-' from ExecStartPre=" ;;
    *) return 1 ;;
  esac
}

warn_of_gate() { if problem=$(gate_problem); then say "$problem"; fi; }

# CODE: ends status with 5 instead of 0 or 4 if kubelet is not guarded.
with_gate() {
  if problem=$(gate_problem); then
    echo "$problem"
    case $1 in 0 | 4) return 5 ;; esac
  fi
  return "$1"
}
