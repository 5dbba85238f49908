# Part of cri-hook, and installed beside it: judges the state without a snapshot, after a crash of the runtime.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154  # cri-hook sets name, dir, before and since, and reads unwritable

# SECONDS: whether kubelet would kill pods that are alive, according to the current state. Sets code to 0, 1 or 3.
judge() {
  code=0
  report=$(mktemp "$dir/report.XXXXXX") || { code=3; return 1; }
  # Each call has its own file, because kubelet's gate, the runtime's start and recheck may run concurrently.
  now=$(mktemp "$dir/now.XXXXXX" 2>"$report") || { code=3; return 1; }
  if limited $(($1 + 5)) wait --timeout "$1s" --stable 0 >"$report" 2>&1 && limited 25 snapshot --incomplete -o "$now" >"$report" 2>&1 && [ -s "$now" ]; then
    # A snapshot compared with itself shows only what kubelet acts on at its start: exit code 1 if there is anything,
    # otherwise 4.
    # shellcheck disable=SC2046
    limited 20 verify --before "$now" --after "$now" --scenario kubelet-restart $(options_of_comparison) >"$report" 2>&1 || code=$?
    case $code in 0 | 4) code=0 ;; 1) ;; *) code=3 ;; esac
    [ -s "$report" ] || code=3
    [ $code != 0 ] || { strays >>"$report"; code=$?; }
  else
    code=3
  fi
  rm -f "$now"
}

# Prints the administrator's options of verify, without those that call the runtime or that choose something else to compare.
options_of_comparison() {
  value=''
  for option in ${CRI_VERIFY:-}; do
    if [ -n "$value" ]; then value=''; continue; fi
    case $option in
      --probe | --wait=* | --before=* | --after=* | --scenario=*) ;;
      --wait | --before | --after | --scenario) value=next ;;
      *) printf '%s ' "$option" ;;
    esac
  done
}

# Prints a line and returns 1 if a pod's sandbox has ended, but its containers are running: kubelet would kill them.
# Returns 3 if that cannot be found out.
strays() {
  # containerd reports this state if it could not load a container, for example because it was stopped for ten seconds.
  unknown=$(limited 10 ps -q --state unknown 2>&1) || { echo "$unknown"; return 3; }
  [ -z "$unknown" ] || { echo "the runtime does not know whether these containers run: $(echo "$unknown" | tr '\n' ' ')"; return 3; }
  ended=$(limited 10 pods -q --no-trunc --state notready 2>&1) || { echo "$ended"; return 3; }
  running=$(limited 10 ps --state running -o 'jsonpath={range .containers[*]}{.podSandboxId}{"\n"}{end}' 2>&1) || { echo "$running"; return 3; }
  for pod in $running; do
    case "
$ended
" in
      *"
$pod
"*)
        echo "LOST: the sandbox $pod has ended, and its containers still run; do not start kubelet: it would kill them"
        return 1 ;;
    esac
  done
}

# After a crash there is no snapshot, but a monitor knows the state before it.
adopt() {
  case $since in '' | *[!0-9]*) usage ;; esac
  [ "$(systemctl is-system-running 2>/dev/null)" != stopping ] || return 0
  # A snapshot from a stop, or from before a restart with a loss, is at least as good.
  if [ -f "$before" ] && ! is_of_other_boot; then return 0; fi
  # The file's time is not used, because the clock may have been set since. systemd's time is in microseconds since
  # boot.
  verified=$(sed -n 's/.*ExecMainStartTimestampMonotonic=\([0-9]*\).*/\1/p' "$dir/daemon" 2>/dev/null)
  if [ "$((${verified:-0} / 1000000))" -gt $(($(since_boot) - $(date +%s) + since)) ]; then
    say "the state of the monitor is not used, because the process that was started after it has been verified already"
    return 0
  fi
  renew
  store "$dir" before.json 0600 || { say "$dir/before.json cannot be written, so the restart cannot be compared with the state before"; return 1; }
  boot | store "$dir" boot 0600 || say "$dir/boot cannot be written"
  rm -f "$dir/verdict" "$dir/failed" "$dir/new" "$dir/doubt"
  publish
  say "$name has ended without its ExecStop=; the state before is that of the monitor"
}

# Whether nothing that kubelet could kill is alive, so that only a start of kubelet can restore the pods.
all_dead() {
  ! grep -q "runtime\.orphan\|^not checked: .*orphaned processes" "$dir/verdict" || return 1
  for list in "pods --state ready" "ps --state running" "ps --state unknown"; do
    # shellcheck disable=SC2086
    found=$(limited 10 $list -q 2>/dev/null) && [ -z "$found" ] || return 1
  done
}

# REPORT: whether what is lost has ended and is still listed, so that kubelet's start kills nothing and runs nothing twice.
names_only_dead() {
  tail -n 1 "$1" | grep -q 'nothing of these pods is running, and kubelet recreates them\|kubelet restarts these containers when it starts\|have ended, and their restartPolicy does not start them again' || return 1
  ! grep -q 'runs-again\|pod\.missing\|container\.missing\|runtime\.orphan\|^not checked: .*orphaned processes' "$1"
}
# The snapshot does not contain pods that were created after it, and these may be alive.
only_dead_lost() {
  names_only_dead "$dir/verdict" || return 1
  judge 5
  case $code in 0) dead=yes ;; 1) if names_only_dead "$report"; then dead=yes; else dead=''; fi ;; *) dead='' ;; esac
  [ -z "$report" ] || rm -f "$report"
  [ -n "$dead" ]
}

# REASON SECONDS: records what is known without a snapshot.
unsaved() {
  echo "$1" >"$dir/reason"
  judge "$2"
  cause='whether kubelet would kill pods that are alive could not be found out'
  if [ "$code" = 1 ] && ! is_confirmed; then code=3 cause=$unconfirmed; fi
  case $code in
    1) { cat "$report"; echo "LOST: kubelet would kill pods that are alive; $1"; } | record 1 ;;
    3) { [ -z "$report" ] || cat "$report"; echo "not verified: $cause; $1"; } | record 3 ;;
    *) echo "kubelet's start would kill no pod that is alive, as far as that is known: $1" | record none ;;
  esac || unwritable=yes
  [ -z "$report" ] || rm -f "$report"
}

# The file contains the boot ID at the runtime's first start, and another line for each later start.
is_recorded() { [ -f "$dir/started" ] && is_of_this_boot "$(head -n 1 "$dir/started")"; }
count_start() { if was_started; then is_recorded || printf "%s\n" "$(boot)" >"$dir/started"; echo again >>"$dir/started"; else printf "%s\n" "$(boot)" >"$dir/started"; fi; }
# Whether the runtime was started before in this boot, even if that was before the hook was installed.
was_started() { is_recorded || has_older_shims; }

# Whether a shim or conmon of root is older than the daemon, or the daemon is not running: then it was started before.
has_older_shims() {
  main=$(daemon | sed -n 's/.*MainPID=\([0-9]*\).*/\1/p')
  since=$(started_at "${main:-0}") || since=''
  for file in /proc/[0-9]*/comm; do
    read -r command 2>/dev/null <"$file" || continue
    # The kernel shortens names to 15 bytes.
    case $command in containerd-shim | conmon | conmonrs) ;; *) continue ;; esac
    process=${file%/comm} process=${process#/proc/}
    # All user IDs must be root's, because another user's process may be set-uid.
    grep -q '^Uid:[[:space:]]*0[[:space:]]*0[[:space:]]*0' "/proc/$process/status" 2>/dev/null || continue
    [ -n "$since" ] || return 0
    [ "$(started_at "$process" || echo "$since")" -ge "$since" ] || return 0
  done
  return 1
}

# PID: prints the time of its start, in clock ticks since boot (proc_pid_stat(5), field 22; the name may have spaces).
started_at() {
  read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  echo "${20}"
}

is_same_daemon() { main=$(daemon); case $main in '' | *MainPID=0\ *) return 1 ;; esac; [ "$(cat "$dir/daemon" 2>/dev/null)" = "$main" ]; }
# Whether the runtime has not been restarted since the node booted, so that no restart can have lost anything.
is_first_start() { ! was_started || { [ "$(wc -l 2>/dev/null <"$dir/started")" = 1 ] && is_same_daemon; }; }
