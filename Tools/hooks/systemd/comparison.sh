# Part of cri-hook, and installed beside it: runs cri within a time limit, and compares the state with the snapshot.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154  # cri-hook sets cri, socket, dir and before, and reads unwritable

# In seconds. /proc may be restricted (ProcSubset=pid), and then any clock can measure the limits.
since_boot() { up=''; read -r up _ 2>/dev/null </proc/uptime; up=${up:-$(date +%s)}; echo "${up%.*}"; }

# SECONDS: sets the time limit for everything that this run does, because systemd kills a unit after 90 seconds.
ends_within() { end=$(($(since_boot) + $1)); }

# SECONDS ARGUMENTS...: runs cri. timeout(1) limits it too, because a command may hang.
limited() {
  limit=$1 left=$((end - $(since_boot))); shift
  [ "$left" -gt 0 ] || return 124
  [ "$limit" -le "$left" ] || limit=$left
  timeout -k 5 "$limit" "$cri" -r "$socket" "$@"
}

# Whether a loss that was found counts. A runtime that has hung notices only now what has ended, and kubelet needs some
# seconds to replace it. Therefore recheck, which runs every five seconds, must find a loss six times in succession.
is_confirmed() {
  [ "$verb" = recheck ] || return 0
  echo loss >>"$dir/losses"
  [ "$(losses)" -ge 6 ]
}
losses() { grep -c . "$dir/losses" 2>/dev/null; }
unconfirmed='a loss was found after the runtime had not responded, and the check is repeated to confirm it'

# Removes what does not apply to the daemon that has just been started.
forget_earlier() {
  # With CRI_HOOK_DIR on a disk, the files from before a reboot are still there.
  if is_of_other_boot; then rm -f "$before" "$dir/boot" "$dir/new" "$dir/verdict" "$dir/reason"; fi
  # The old verdict must not remain if this run is interrupted.
  [ ! -f "$dir/verdict" ] || echo "not verified yet: $name was started, and the verification has not ended" | record 3
}

# A start of kubelet does not make these worse, and only kubelet can solve them if a pod writes the CNI configuration.
harmless='--ignore runtime.network --ignore runtime.cni'

# Compares the state with the snapshot, and removes the snapshot unless an administrator has to act.
check() { # SECONDS [OPTIONS of verify]
  seconds=$1 code=0; shift
  report=$(mktemp "$dir/report.XXXXXX") || { code=3 unwritable=yes; rm -f "$dir/verdict"; publish; return 0; }
  # The administrator's options must be split into words.
  # shellcheck disable=SC2086
  limited $((seconds + 20)) verify --before "$before" --wait "${seconds}s" $harmless "$@" ${CRI_VERIFY:-} >"$report" 2>&1 || code=$?
  # timeout(1)'s own codes, a missing command and wrong usage mean that nothing was checked.
  [ "$code" -le 6 ] && [ "$code" != 2 ] || code=3
  # Whatever the options are, a report of a loss counts.
  case $code in 0 | 4) if tail -n 1 "$report" | grep -q '^LOST'; then code=1; fi ;; esac
  # A program that is not cri, such as an empty file, may succeed without a report.
  [ -s "$report" ] || { code=3; echo "not verified: $cri printed nothing: it did not finish in time, could not be run, or is not cri" >"$report"; }
  # Pods that were created between the snapshot and a later restart are not in it.
  case $code in 0 | 4) [ -f "$dir/complete" ] || check_newer_pods ;; esac
  if [ "$code" = 1 ] && ! is_confirmed; then code=3; echo "not verified: $unconfirmed" >>"$report"; fi
  # Between the stop of the runtime and its start, there is nothing to compare yet.
  if is_stopping; then rm -f "$report"; return 0; fi
  record "$code" <"$report" || { code=3 unwritable=yes; }
  rm -f "$report"
  case $code in 0 | 4) is_outdated || rm -f "$before" "$dir/boot" ;; esac
}

# Keeps the code and the report, unless the current state shows more than the comparison.
check_newer_pods() {
  compared=$code comparison=$report
  judge "$seconds"
  if [ "$code" = 0 ]; then
    rm -f "$report"
    code=$compared report=$comparison
  elif [ -z "$report" ]; then
    report=$comparison
  else
    case $code in
      1) echo "LOST: kubelet would kill pods that are alive" ;;
      *) echo "not verified: whether kubelet would kill pods that were created after the snapshot" ;;
    esac >>"$report"
    rm -f "$comparison"
  fi
}

recheck() {
  case $(verdict) in
    3 | pending) ;;
    1) verify_again; return ;;
    *) return 0 ;;
  esac
  ! is_stopping || return 1
  ends_within 50
  earlier=$(losses)
  again 5
  [ "$(losses)" != "$earlier" ] || rm -f "$dir/losses"
  case $(verdict) in 3 | pending) return 1 ;; esac
  rm -f "$dir/losses"
  # The verdict applies to this process of the runtime.
  daemon >"$dir/daemon"
  say "$name: $(tail -n 1 "$dir/verdict")"
}

# After a loss, only an administrator runs recheck: if kubelet is running already, its gate does not verify again.
verify_again() {
  ends_within 50
  verb=again
  again 5
  daemon >"$dir/daemon"
  say "$name: $(tail -n 1 "$dir/verdict")"
}

# SECONDS: verifies again. What kubelet itself has done in the meantime does not count as a loss that its start would
# cause.
again() {
  if [ -f "$before" ]; then check "$1" --ignore pod.replaced --ignore container.replaced
  elif is_same_daemon; then unsaved "$(cat "$dir/reason" 2>/dev/null || echo "there is no snapshot")" "$1"
  else unsaved "there is no snapshot" "$1"
  fi
}
