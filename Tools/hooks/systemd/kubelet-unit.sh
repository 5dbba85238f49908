# Part of cri-hook, and installed beside it: checks whether the units, as systemd has loaded them, run the hook.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154  # cri-hook sets name and dir

# Prints "installed"; "missing" if a start of kubelet does not run the gate; "ignored" if it does so with `-`, so that
# the result has no effect; or "unknown" if systemd does not respond.
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

# Prints a line if kubelet starts regardless of the verdict; otherwise it returns 1.
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
  case $shown in *LoadState=not-found*) has_no_unit || :; echo "$no_unit"; return 0 ;; esac
  for step in snapshot verify; do
    case $shown in
      '' | *"cri-hook $step $name "*) ;;
      *) echo "restarts of $unit are not verified: it does not run 'cri-hook $step $name'; install its drop-in, see systemctl cat $unit, and run systemctl daemon-reload; if the runtime runs in another unit, set CRI_HOOK_UNIT"; return 0 ;;
    esac
  done
  return 1
}

# Whether the runtime is between its stop and its start, when an old daemon may respond that the next one will replace.
is_stopping() {
  state=$(systemctl show --property=ActiveState --value "${CRI_HOOK_UNIT:-$name}.service" 2>/dev/null)
  # An administrator has taken a snapshot, or the daemon has survived its stop.
  case $state in active | reloading) return 1 ;; esac
  # The file identifies the process of which the snapshot was taken.
  if [ -f "$dir/new" ] && [ "$(cat "$dir/boot" 2>/dev/null)" = "$(boot)" ]; then
    case $(daemon) in "$(cat "$dir/new")" | *MainPID=0\ *) return 0 ;; esac
  fi
  [ "$state" = deactivating ]
}
refuse_stopping() { refuse; say "kubelet is not started, because $name is stopped, or is being stopped or restarted; systemd tries again. If it has stopped trying, run: systemctl start ${CRI_HOOK_UNIT:-$name} && systemctl reset-failed ${CRI_HOOK_KUBELET:-kubelet} && systemctl start ${CRI_HOOK_KUBELET:-kubelet}"; }
# With RestartSec= of kubelet below a second, immediate refusals would reach systemd's limit of five starts in ten seconds.
stays_stopped() {
  for second in 1 2 3; do is_stopping || return 1; sleep 1; done
  is_stopping
}

# Whether systemd has no unit of this name, so that no restart of it can ever be verified.
has_no_unit() {
  no_unit="there is no unit ${CRI_HOOK_UNIT:-$name}.service; remove the line 'cri-hook gate $name' from ${CRI_HOOK_KUBELET:-kubelet}.service and run systemctl daemon-reload, or set CRI_HOOK_UNIT in ${CRI_HOOK_CONF:-/etc/cri/hook.conf}"
  systemctl show --property=LoadState "${CRI_HOOK_UNIT:-$name}.service" 2>/dev/null | grep -qx 'LoadState=not-found'
}

say_what_to_do() {
  if has_no_unit; then say "$no_unit"; return; fi
  say "read $dir/verdict; when the problem is solved, run systemctl start ${CRI_HOOK_KUBELET:-kubelet}, which checks again; to start kubelet in spite of it, run: $0 accept $name && systemctl start ${CRI_HOOK_KUBELET:-kubelet}"
}

refuse_unwritable() {
  refuse
  remedy='make space there'
  # Root can write to any directory that is not on a read-only file system, as in a unit with ProtectSystem=strict.
  [ -w "$dir" ] || remedy="the directory is read-only for ${CRI_HOOK_KUBELET:-kubelet}.service, so add ReadWritePaths=${dir%/*} $public to that unit, run systemctl daemon-reload,"
  say "kubelet is not started, because the verdict cannot be written to $dir; $remedy and run: systemctl start ${CRI_HOOK_KUBELET:-kubelet}"
}

# Even root cannot create a directory on a read-only file system, such as that of a unit with ProtectSystem=strict.
remedy_for_directory() {
  case $cri_reason in
    *"cannot be created") echo "if the unit that runs this has ProtectSystem=strict, add ReadWritePaths=/run to it, and run systemctl daemon-reload" ;;
    *) echo "set CRI_HOOK_DIR to a directory that only root can change" ;;
  esac
}

# Other users may have written the directory's contents, so they are not read. No older verdict must stay published.
publish_untrusted() { case $verb in verify | gate) dir=/nonexistent before=/nonexistent unwritable=yes; publish ;; esac; }

gate() {
  ends_within $((${CRI_HOOK_GATE_WAIT:-30} + 40))
  for attempt in first second third; do
    decide; decision=$?
    [ $decision = 9 ] || return $decision
    # The runtime was started or stopped, or an administrator ran accept: what was recorded then decides, or is checked.
    begun=$(generation)
  done
  refuse
  say "kubelet is not started, because $name was started or stopped repeatedly while this was checked; systemd tries again"
  return 1
}

warn_of_gate() { for check in gate_problem runtime_problem; do if problem=$($check); then say "$problem"; fi; done; }

# CODE: ends status with 5 instead of 0 or 4 if kubelet is not guarded, or if the runtime's unit does not run the hook.
with_gate() {
  incomplete=no
  for check in gate_problem runtime_problem; do if $check; then incomplete=yes; fi; done
  case $1$incomplete in 0yes | 4yes) return 5 ;; esac
  return "$1"
}
