# Part of cri-hook, and installed beside it: whether the units, as systemd has loaded them, run the hook.
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

# Prints a line if a restart of the runtime is not verified; otherwise it returns 1.
runtime_problem() {
  unit=${CRI_HOOK_UNIT:-$name}.service
  shown=$(systemctl show --property=LoadState,ExecStop,ExecStartPost "$unit" 2>/dev/null) || shown=''
  for step in snapshot verify; do
    case $shown in
      '' | *"cri-hook $step $name "*) ;;
      *) echo "restarts of $unit are not verified: it does not run 'cri-hook $step $name'; install its drop-in, see systemctl cat $unit, and run systemctl daemon-reload"; return 0 ;;
    esac
  done
  return 1
}

# Between the stop of the runtime and its start, the old daemon may still answer, but says nothing about the next one.
is_stopping() {
  # The file has the process of which the snapshot was taken.
  if [ -f "$dir/new" ] && [ "$(cat "$dir/boot" 2>/dev/null)" = "$(boot)" ]; then
    case $(daemon) in "$(cat "$dir/new")" | *MainPID=0\ *) return 0 ;; esac
  fi
  [ "$(systemctl show --property=ActiveState --value "${CRI_HOOK_UNIT:-$name}.service" 2>/dev/null)" = deactivating ]
}
refuse_stopping() { refuse; say "kubelet is not started, because $name is being stopped or restarted; systemd tries again"; }

warn_of_gate() { if problem=$(gate_problem); then say "$problem"; fi; }

# CODE: ends status with 5 instead of 0 or 4 if kubelet is not guarded, or if the runtime's unit does not run the hook.
with_gate() {
  incomplete=no
  for check in gate_problem runtime_problem; do if $check; then incomplete=yes; fi; done
  case $1$incomplete in 0yes | 4yes) return 5 ;; esac
  return "$1"
}
