# Part of cri-hook, installed beside it: manages the state in /run/cri/NAME, and what other users may read of it.
# shellcheck shell=sh
# shellcheck disable=SC2154  # cri-hook sets dir, name, public and before

# Prints the boot ID; nothing if /proc is restricted (ProcSubset=pid).
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || :; }
# ID: whether it may be the ID of this boot. If either ID is unknown, nothing proves a reboot.
is_of_this_boot() {
  current=$(boot)
  case $1 in '' | unknown | "$current") return 0 ;; esac
  [ -z "$current" ]
}

# Whether the snapshot is from before a reboot. After a power loss, the file may be empty.
is_of_other_boot() {
  if [ -s "$dir/boot" ]; then ! is_of_this_boot "$(cat "$dir/boot")"
  else ! is_of_this_boot "$(sed -n 's/.*"bootId": *"\([0-9a-f-]*\)".*/\1/p' "$before" 2>/dev/null | head -n 1)"
  fi
}

# The daemon's PID and start time, which identify it; PID 0 if it is not running; nothing if systemd does not respond.
daemon() { systemctl show --property=MainPID,ExecMainStartTimestampMonotonic "${CRI_HOOK_UNIT:-$name}.service" 2>/dev/null | tr '\n' ' '; }

# Prints an exit code of verify, "none" if there is no snapshot, or "pending" if nothing has been compared with it yet.
# If kubelet was refused and there is no verdict, the verdict could not be written.
verdict() {
  if [ -f "$dir/verdict" ]; then head -n 1 "$dir/verdict"
  elif [ -f "$before" ]; then echo pending
  elif [ -f "$dir/refused" ] || [ -n "${unwritable:-}" ]; then echo 3
  else echo none
  fi
}

is_accepted() { sed -n 2p "$dir/verdict" | grep -q '^accepted by an administrator'; }
# Prints the verdict as a word, for people and monitoring.
verdict_name() {
  case $(verdict) in 0) if is_accepted; then echo accepted; else echo intact; fi ;; 1) echo lost ;; 4) echo vacuous ;; pending) echo pending ;; none) echo none ;; *) echo unverified ;; esac
}

# DIRECTORY NAME MODE: writes standard input to a file, atomically, because units may run this concurrently.
store() {
  new=$(mktemp "$1/.$2.XXXXXX") || return 1
  if cat >"$new" && chmod "$3" "$new" && mv -fT "$new" "$1/$2"; then :; else rm -f "$new"; return 1; fi
}

# Something that runs concurrently may change the state: a stop or start of the runtime, or an administrator's accept.
# These begin a new generation, and a check that began earlier must not overwrite their result.
generation() { cat "$dir/generation" 2>/dev/null; }
renew() { echo "$verb $$ $(date +%s)" | store "$dir" generation 0600 || say "$dir/generation cannot be written"; begun=$(generation); }
is_outdated() { [ "$(generation)" != "$begun" ]; }

# CODE: records the code and the report from standard input. If a verdict cannot be written, the old one must not remain
# in its place.
record() {
  written=0
  if is_outdated; then cat >/dev/null; return 0; fi
  { echo "$1"; cat; } | store "$dir" verdict 0600 || { written=1 unwritable=yes; rm -f "$dir/verdict" || say "$dir/verdict still contains an older verdict"; }
  publish
  return $written
}

# Writes the verdict and kubelet's state, without pod names, to files that every user may read.
publish() {
  cri_resolve_trusted "$public" make || { say "$cri_reason; the verdict is not published there"; return 0; }
  chmod 0755 "$cri_directory"
  refused=0
  if [ -f "$dir/refused" ] || [ "${unwritable:-}$verb" = yesgate ]; then refused=1; fi
  now_seconds=$(date +%s) gate=$(gate_state)
  printf 'verdict=%s\nkubelet_refused=%s\ngate=%s\ntime=%s\n' "$(verdict_name)" "$refused" "$gate" "$now_seconds" | store_or_remove "$cri_directory" "$name.status"
  {
    echo '# HELP cri_hook_verdict The verdict of the last restart of the runtime.'
    echo '# TYPE cri_hook_verdict gauge'
    for each in intact accepted lost unverified vacuous pending none; do
      [ "$each" = "$(verdict_name)" ] && value=1 || value=0
      echo "cri_hook_verdict{runtime=\"$name\",verdict=\"$each\"} $value"
    done
    echo '# HELP cri_hook_kubelet_refused Whether the last start of kubelet was refused.'
    echo '# TYPE cri_hook_kubelet_refused gauge'
    echo "cri_hook_kubelet_refused{runtime=\"$name\"} $refused"
    if [ "$gate" != unknown ]; then
      [ "$gate" = installed ] && value=1 || value=0
      echo '# HELP cri_hook_gate_installed Whether the unit of kubelet runs the gate before it starts.'
      echo '# TYPE cri_hook_gate_installed gauge'
      echo "cri_hook_gate_installed{runtime=\"$name\"} $value"
    fi
    echo '# HELP cri_hook_timestamp_seconds The time at which this file was written.'
    echo '# TYPE cri_hook_timestamp_seconds gauge'
    echo "cri_hook_timestamp_seconds{runtime=\"$name\"} $now_seconds"
  } | store_or_remove "$cri_directory" "$name.prom"
}
# DIRECTORY NAME: an old verdict must not remain if the new one cannot be written.
store_or_remove() {
  store "$1" "$2" 0644 || rm -f "$1/$2" || say "$1/$2 still contains an older verdict"
}

# REASON: lets kubelet start, and prints the reason unless it is empty.
allow() {
  if [ -f "$dir/refused" ]; then rm -f "$dir/refused"; publish; fi
  [ -z "$1" ] || say "kubelet is allowed to start: $1"
}

refuse() {
  if [ ! -f "$dir/refused" ] || [ -n "${unwritable:-}" ]; then touch "$dir/refused" 2>/dev/null; publish; fi
}

accept() {
  if [ ! -f "$dir/verdict" ] && [ ! -f "$before" ] && [ ! -f "$dir/refused" ]; then
    say "there is nothing to accept: $name has no verdict since the node has booted"
    rmdir "$dir" 2>/dev/null
    return 2
  fi
  # The acceptance would apply to no process, so the gate would verify again.
  case $(daemon) in
    *MainPID=0\ *)
      if has_no_unit; then say "nothing was accepted, because $no_unit"; return 1; fi
      say "nothing was accepted, because ${CRI_HOOK_UNIT:-$name}.service is not running; start it first, or if the runtime runs in another unit, set CRI_HOOK_UNIT in ${CRI_HOOK_CONF:-/etc/cri/hook.conf}"
      return 1 ;;
  esac
  renew
  echo "accepted by an administrator, $(date -u +%FT%TZ); it was: $(tail -n 1 "$dir/verdict" 2>/dev/null)" | record 0 || return 1
  daemon >"$dir/daemon"
  rm -f "$before" "$dir/boot"
  allow ''
}

status() {
  if [ -f "$dir/verdict" ]; then cat "$dir/verdict"
  elif [ -f "$dir/refused" ]; then echo "not verified: the verdict could not be written to $dir, and kubelet was not started"
  elif [ -f "$before" ]; then echo "pending: a snapshot was taken, and nothing has been compared with it yet"
  elif is_published_unverified; then unwritable=yes; echo "not verified: the verdict could not be written to $dir"
  else echo "no verdict since boot"
  fi
  [ ! -f "$dir/refused" ] || echo "kubelet was not started; if systemd has given up, run: systemctl reset-failed ${CRI_HOOK_KUBELET:-kubelet} && systemctl start ${CRI_HOOK_KUBELET:-kubelet}"
  main=$(daemon)
  case $(verdict) in
    0 | 4 | none) if [ -n "$main" ] && [ -f "$dir/verdict" ] && [ "$main" != "$(cat "$dir/daemon" 2>/dev/null || echo "$main")" ]; then
        echo "not verified: the runtime has ended or was restarted after this verdict, and the hook did not run"
        with_gate 3; return
      fi ;;
  esac
  case $(verdict) in 0) with_gate 0 ;; 1) with_gate 1 ;; none | 4) with_gate 4 ;; *) with_gate 3 ;; esac
}

# A full or read-only file system keeps nothing in the directory, but the public file may be on another one.
is_published_unverified() { grep -q '^verdict=unverified' "$public/$name.status" 2>/dev/null; }
status_without_directory() {
  if is_published_unverified; then echo "not verified: the verdict could not be written to $dir"; with_gate 3
  else echo "no verdict since boot"; with_gate 4
  fi
}
