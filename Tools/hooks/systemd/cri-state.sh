# Part of cri-hook, installed beside it: manages the state in /run/cri/NAME, and what other users may read of it.
# shellcheck shell=sh
# shellcheck disable=SC2154  # cri-hook sets dir, name, public and before

boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown; }

# The daemon's PID and the time of its start, which identify it; 0 if it is not running, and nothing if systemd does not answer.
daemon() { systemctl show --property=MainPID,ExecMainStartTimestampMonotonic "${CRI_HOOK_UNIT:-$name}.service" 2>/dev/null | tr '\n' ' '; }

# Reads the settings, a shell script, if only root or the caller can change it.
read_settings() {
  conf=${CRI_HOOK_CONF:-/etc/cri/hook.conf}
  [ -e "$conf" ] || [ -L "$conf" ] || return 0
  cri_use "$(dirname "$conf")" || unusable "$cri_reason; $conf was not read"
  conf=$cri_directory/${conf##*/}
  case $(stat -c '%u %a %F' "$conf") in
    "0 "*[2367]?" regular "* | "0 "*[2367]" regular "*) ;;
    "0 "*" regular "* | "$(id -u) "*" regular "*)
      # shellcheck source=/dev/null
      . "$conf"
      return 0 ;;
  esac
  unusable "$conf can be changed by other users, so it was not read; run: chown root $conf && chmod 0644 $conf"
}

# Checks the settings, which may also be in the unit's environment.
check_settings() {
  for seconds in "${CRI_HOOK_WAIT:-0}" "${CRI_HOOK_GATE_WAIT:-0}" "${CRI_HOOK_SNAPSHOT_WAIT:-0}"; do
    case $seconds in *[!0-9]* | ?????*) unusable "the settings are unusable: '$seconds' is not a number of seconds" ;; esac
  done
  case " ${CRI_VERIFY:-} " in *" --warn-only "*) unusable "the settings are unusable: --warn-only would let kubelet start after a loss" ;; esac
}

# REASON: the settings are unusable, so nothing can be verified, and an older verdict must not be trusted.
unusable() {
  say "$1"
  dir=${CRI_HOOK_DIR:-/run/cri}/$name public=${CRI_HOOK_STATUS_DIR:-/run/cri-status} before=$dir/before.json
  case $verb in
    verify | gate)
      cri_use "$dir" make && dir=$cri_directory && before=$dir/before.json && begun=$(generation) || exit 2
      [ "$verb" != gate ] || : >"$dir/refused"
      echo "not verified: $1" | record 3 ;;
  esac
  exit 2
}

# Prints an exit code of verify, "none" if there is no snapshot, or "pending" if it has not been compared yet.
verdict() {
  if [ -f "$dir/verdict" ]; then head -n 1 "$dir/verdict"; elif [ -f "$before" ]; then echo pending; else echo none; fi
}

is_accepted() { sed -n 2p "$dir/verdict" | grep -q '^accepted by an administrator'; }
# Prints the verdict as a word, for people and monitoring.
word() {
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
  { echo "$1"; cat; } | store "$dir" verdict 0600 || { written=1; rm -f "$dir/verdict"; }
  publish
  return $written
}

# Writes the verdict and kubelet's state, without pod names, to files that every user may read.
publish() {
  cri_use "$public" make || { say "$cri_reason; the verdict is not published there"; return 0; }
  chmod 0755 "$cri_directory"
  refused=0
  [ ! -f "$dir/refused" ] || refused=1
  now_seconds=$(date +%s) gate=$(gate_state)
  printf 'verdict=%s\nkubelet_refused=%s\ngate=%s\ntime=%s\n' "$(word)" "$refused" "$gate" "$now_seconds" | store "$cri_directory" "$name.status" 0644
  {
    echo '# HELP cri_hook_verdict The verdict of the last restart of the runtime.'
    echo '# TYPE cri_hook_verdict gauge'
    for each in intact accepted lost unverified vacuous pending none; do
      [ "$each" = "$(word)" ] && value=1 || value=0
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
  } | store "$cri_directory" "$name.prom" 0644
}

# REASON: lets kubelet start, and prints the reason unless it is empty.
allow() {
  if [ -f "$dir/refused" ]; then rm -f "$dir/refused"; publish; fi
  [ -z "$1" ] || say "kubelet is allowed to start: $1"
}

refuse() { [ -f "$dir/refused" ] || { : >"$dir/refused"; publish; }; }

accept() {
  renew
  echo "accepted by an administrator, $(date -u +%FT%TZ); it was: $(tail -n 1 "$dir/verdict" 2>/dev/null)" | record 0 || return 1
  daemon >"$dir/daemon"
  rm -f "$before" "$dir/boot"
  allow ''
}

status() {
  if [ -f "$dir/verdict" ]; then cat "$dir/verdict"
  elif [ -f "$before" ]; then echo "pending: a snapshot was taken, and nothing has been compared with it yet"
  else echo "no verdict since boot"
  fi
  main=$(daemon)
  case $(verdict) in
    0 | 4) if [ -n "$main" ] && [ "$main" != "$(cat "$dir/daemon" 2>/dev/null)" ]; then
        echo "not verified: the runtime has ended or was restarted after this verdict, and the hook did not run"
        with_gate 3; return
      fi ;;
  esac
  case $(verdict) in 0) with_gate 0 ;; 1) with_gate 1 ;; none | 4) with_gate 4 ;; *) with_gate 3 ;; esac
}
