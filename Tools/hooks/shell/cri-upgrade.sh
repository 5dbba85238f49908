# Functions for a script that changes a node's container runtime. POSIX sh; see README.md and example beside this file.
# Usage: . cri-upgrade.sh; cri_begin; ...; however the script ends, cri_finish decides whether the held units start.
# shellcheck shell=sh

# Settings, all of them optional.
: "${CRI:=cri}"                             # the cri command; CONTAINER_RUNTIME_ENDPOINT is the runtime's socket
: "${CRI_BEFORE:=/var/lib/cri/before.json}" # the snapshot
: "${CRI_REPORT:=/var/lib/cri/report.txt}"  # the last report
: "${CRI_WAIT:=120s}"                       # the maximum time until the runtime is ready
: "${CRI_PREFLIGHT_CODES:=0}"               # exit codes of preflight after which to continue (3: the loss is unknown)

# BEGIN trusted directory: every hook has the same lines, because each is installed alone; a test compares them.
# DIRECTORY [make]: sets cri_directory to its physical path if only root and the caller can change it and its
# parents; if not, cri_reason says why it is not trusted. With `make`, missing directories are created with mode
# 0700.
cri_resolve_trusted() {
  cri_directory='' cri_rest=$1 cri_links=0 cri_reason=''
  # Not the shell's own pwd, which may return a path that now belongs to a different directory.
  case $cri_rest in /*) ;; *) cri_rest=$(env pwd -P 2>/dev/null)/$cri_rest || { cri_reason='the current directory was removed'; return 1; } ;; esac
  while [ -n "$cri_rest" ]; do
    cri_name=${cri_rest%%/*}
    case $cri_rest in */*) cri_rest=${cri_rest#*/} ;; *) cri_rest='' ;; esac
    case $cri_name in '' | .) continue ;; ..) cri_directory=${cri_directory%/*}; continue ;; esac
    cri_next=$cri_directory/$cri_name
    # Another process may create it first, so it is examined in any case.
    [ "${2:-}" != make ] || [ -e "$cri_next" ] || mkdir -m 0700 "$cri_next" 2>/dev/null || :
    cri_found=$(stat -c '%u %a' "$cri_next" 2>/dev/null) || { cri_reason="$cri_next does not exist${2:+, and cannot be created}"; return 1; }
    case ${cri_found% *} in 0 | "$(id -u)") ;; *) cri_reason="$cri_next belongs to user ${cri_found% *}"; return 1 ;; esac
    if [ -L "$cri_next" ]; then
      cri_links=$((cri_links + 1)) cri_reason="$1 has too many symbolic links"
      if ! cri_target=$(readlink "$cri_next") || [ "$cri_links" -gt 40 ]; then return 1; fi
      case $cri_target in /*) cri_directory='' ;; esac
      cri_rest=$cri_target/$cri_rest
      continue
    fi
    [ -d "$cri_next" ] || { cri_reason="$cri_next is not a directory"; return 1; }
    cri_directory=$cri_next cri_reason="$cri_next can be changed by other users"
    # In a sticky directory, other users cannot replace files of root.
    case ${cri_found#* } in [1357]???) ;; *[2367]? | *[2367]) return 1 ;; esac
  done
  # In a sticky directory, other users could still create a file that a hook is about to read or write.
  cri_directory=${cri_directory:-/} cri_reason="${cri_directory:-/} can be changed by other users"
  case $(stat -c %a "$cri_directory") in *[2367]? | *[2367]) return 1 ;; esac
}
# END trusted directory

# Prints a message, also to the journal, and ignores errors, because the terminal may be gone and the journal may hang.
cri_say() { echo "upgrade: $*" >&2 || :; timeout 2 logger -t cri-upgrade -- "$*" 2>/dev/null || :; }

# Ends the script if a function runs in a pipeline or in another subshell, where it cannot record what it has done.
# The number in /proc/self/stat is that of the process that reads it, and $$ is always that of the script.
cri_check_shell() {
  IFS=' ' read -r cri_process _ </proc/self/stat
  [ "$cri_process" != "${cri_shell:-}" ] || return 0
  cri_say 'a function of cri-upgrade.sh was called in a pipeline or a subshell; call it outside of them, or put the whole script into one'
  kill -TERM $$
  exit 3
}

# Call this first: it sets the trap for every way in which the script can end (`exit`, an error or a signal).
cri_begin() {
  IFS=' ' read -r cri_shell _ </proc/self/stat
  cri_stage=untouched cri_checked='' cri_reported='' cri_held='' cri_inactive='' cri_taken='' cri_why='the script ended early'
  # cri_restart sets the unit.
  cri_runtime='\(containerd\|crio\|docker\|cri-docker\|k3s\|k3s-agent\|rke2-server\|rke2-agent\|k0scontroller\|k0sworker\|snap.microk8s.daemon-containerd\)'
  trap 'cri_finish $?' EXIT
  trap 'cri_why="the script was stopped by SIGINT"; exit 130' INT
  trap 'cri_why="the script was stopped by SIGTERM"; exit 143' TERM
  trap 'cri_why="the script was stopped by SIGHUP"; exit 129' HUP
  trap : PIPE
  cri_resolve_trusted "$(dirname "$CRI_BEFORE")" make || cri_stop 2 "$cri_reason; set CRI_BEFORE to a file in a directory that only root can change"
  CRI_BEFORE=$cri_directory/${CRI_BEFORE##*/}
  cri_resolve_trusted "$(dirname "$CRI_REPORT")" make || cri_stop 2 "$cri_reason; set CRI_REPORT to a file in a directory that only root can change"
  CRI_REPORT=$cri_directory/${CRI_REPORT##*/}
  # The lock of cri guard. The kernel releases it when the script and its children have ended.
  command -v flock >/dev/null || return 0
  (umask 077; : >>"$(dirname "$CRI_BEFORE")/guard.lock")
  exec 9>>"$(dirname "$CRI_BEFORE")/guard.lock" || cri_stop 2 "cannot create a lock file beside $CRI_BEFORE"
  flock -n 9 || cri_stop 2 'another upgrade script or cri guard is running on this node; wait until it has ended'
}
# CODE REASON: ends the script.
cri_stop() { cri_why=$2; exit "$1"; }
# COMMAND...: runs cri, which prints its report and writes it to CRI_REPORT; cri_code is its exit code.
cri_report() {
  cri_code=0 cri_reported=''
  # If the command writes no report, an older one must not be mistaken for a new one.
  if [ -f "$CRI_REPORT" ] && [ ! -L "$CRI_REPORT" ] && ! rm -f "$CRI_REPORT"; then
    cri_say "$CRI_REPORT cannot be replaced"
    CRI_REPORT=$(mktemp) || CRI_REPORT=/dev/null
  fi
  # If the disk is full, only the file may be lost, and not the verdict.
  cri_text=$("$CRI" "$@" -o table) || cri_code=$?
  [ -z "$cri_text" ] || printf '%s\n' "$cri_text" >&2 || :
  { (umask 077; printf '%s\n' "$cri_text" >"$CRI_REPORT") 2>/dev/null && cri_reported=$1; } || { [ ! -f "$CRI_REPORT" ] || rm -f "$CRI_REPORT"; cri_say "$CRI_REPORT cannot be written"; }
  # A program that is not cri, such as an empty file, may succeed without a report.
  case $cri_code in 0 | 4) [ -n "$cri_text" ] || cri_code=3 ;; esac
}

# OPTIONS of preflight, such as --to 2.1.4. Exits with 5 if a loss is predicted, and with 3 if that is not known.
cri_preflight() {
  cri_check_shell
  cri_hint=''
  # The report of an earlier run may name what it has lost.
  cri_kept=$CRI_REPORT
  if cri_find_unproven; then
    CRI_REPORT=$CRI_REPORT.preflight
    cri_hint="; an earlier run of this boot was not verified as intact, and the units that it has stopped are still stopped: check with $CRI verify --before $cri_earlier first"
  fi
  cri_report preflight "$@"
  CRI_REPORT=$cri_kept
  case " $CRI_PREFLIGHT_CODES " in *" $cri_code "*) return 0 ;; esac
  case $cri_code in
    5) cri_stop 5 "the change would lose state; drain the node first, or follow the remedies in the report$cri_hint" ;;
    *) cri_stop "$cri_code" "preflight failed with exit code $cri_code, so it is not known what the change would lose$cri_hint" ;;
  esac
}

# With POSIXLY_CORRECT, systemctl would treat options after the verb as units.
cri_systemctl() { env -u POSIXLY_CORRECT systemctl "$@"; }
# VERB UNIT: runs systemctl so that neither a closed pipe nor a terminal that is gone interrupts it.
cri_change_unit() {
  cri_status=0
  cri_text=$(cri_systemctl "$@" 2>&1 9>&-) || cri_status=$?
  [ -z "$cri_text" ] || printf '%s\n' "$cri_text" >&2 || :
  return $cri_status
}

# UNIT: prints the active units that systemd stops together with it, each after a space.
cri_dependents() {
  cri_systemctl show --property=RequiredBy,BoundBy,ConsistsOf,PropagatesStopTo "$1" | sed -n 's/^\(RequiredBy\|BoundBy\|ConsistsOf\|PropagatesStopTo\)=//p' | tr ' ' '\n' |
    while IFS= read -r cri_other; do
      if [ -z "$cri_other" ] || ! cri_systemctl is-active --quiet "$cri_other"; then continue; fi
      cri_say "$cri_other is stopped too, because it depends on $1; it is treated in the same way at the end"
      printf ' %s' "$cri_other"
    done
}

# UNIT: prints the unit's own name, because it may be an alias.
cri_id() {
  cri_name=$(cri_systemctl show --property=Id "$1" 2>/dev/null | sed -n 's/^Id=//p')
  printf '%s' "${cri_name:-$1}"
}
# Prints the unit of the runtime's process; nothing if it is unknown.
cri_unit_of_runtime() {
  cri_process=$("$CRI" wait --timeout 5s --stable 0 -o json 2>/dev/null | sed -n 's/^.*"pid" *: *\([0-9]\{1,\}\).*$/\1/p')
  [ -z "$cri_process" ] || sed -n 's#^\(0:\|[0-9]*:name=systemd\):.*/\([^/]*\.service\)\(/.*\)\{0,1\}$#\2#p' "/proc/$cri_process/cgroup" 2>/dev/null | head -n 1
}

# UNIT: ends the script if a start of the unit would kill pods in their present state, for example because containerd lost their
# addresses at an earlier restart: then it must not even be stopped.
cri_check_start() {
  [ -z "$cri_checked" ] || return 0
  cri_now=$(mktemp "$CRI_BEFORE.now.XXXXXX") || cri_stop 3 "no file can be created beside $CRI_BEFORE"
  if ! "$CRI" snapshot --incomplete -o "$cri_now" || [ ! -s "$cri_now" ]; then
    rm -f "$cri_now"
    cri_stop 3 'without a snapshot, nothing can be verified'
  fi
  # A snapshot compared with itself shows only what kubelet acts on at its start.
  cri_code=0
  cri_text=$("$CRI" verify --before "$cri_now" --after "$cri_now" --scenario kubelet-restart --ignore runtime.network --ignore runtime.cni 2>&1) || cri_code=$?
  rm -f "$cri_now"
  if [ "$cri_code" = 1 ]; then
    printf '%s\n' "$cri_text" >&2 || :
    cri_stop 1 "a start of $1 would kill pods in their present state, so it was not stopped; drain the node first"
  fi
  cri_checked=yes
}

# UNIT...: stops those that are active. Call it before the snapshot, so that kubelet changes nothing afterwards.
cri_hold() {
  cri_check_shell
  for cri_unit in "$@"; do
    case $(cri_systemctl show --property=LoadState,ActiveState "$cri_unit") in
      *LoadState=not-found*) cri_stop 2 "there is no unit $cri_unit" ;;
      *=inactive | *=failed) cri_say "$cri_unit is not active, so it will not be started at the end"; cri_inactive=$cri_unit; continue ;;
    esac
    cri_others=$(cri_dependents "$cri_unit")
    cri_found=$(cri_unit_of_runtime) || :
    # An unknown unit means that the runtime does not respond, or that it is not in a unit: no stop ends it.
    if [ -n "$cri_found" ] && printf '%s' "$(cri_id "$cri_unit")$cri_others" | tr ' ' '\n' | grep -qxF -e "$cri_found" -e "${cri_found%.service}"; then
      cri_stop 2 "the stop of $cri_unit would also stop $cri_found, which is the runtime; hold only units that do not stop it"
    fi
    cri_check_start "$cri_unit"
    # Recorded first, because a stop that fails may have stopped part of the unit.
    cri_held="$cri_unit$cri_others $cri_held"
    cri_change_unit stop "$cri_unit" || cri_stop 3 "$cri_unit cannot be stopped"
  done
}

# Whether a run of this boot was not verified as intact; cri_earlier is its snapshot. cri guard keeps its own in /var/lib/cri.
cri_find_unproven() {
  cri_resolve_trusted "${STATE_DIRECTORY:-/var/lib/cri}" || cri_directory=$(dirname "$CRI_BEFORE")
  cri_earlier=$(
    {
      printf '%s\n' "$CRI_BEFORE"
      find "$(dirname "$CRI_BEFORE")" "$cri_directory" -maxdepth 1 '(' -name 'guard-before-2*.json' -o -path "$cri_directory/before.json" ')'
    } | while IFS= read -r cri_file; do
      [ -f "$cri_file" ] || continue
      [ "$(stat -c '%d %i' "$cri_file")" != "$(stat -c '%d %i' "$cri_file.verified" 2>/dev/null)" ] || continue
      # Without the ID of this boot or of the snapshot's (ProcSubset=pid), nothing proves a reboot.
      if grep -qF "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)" "$cri_file" || { [ -s "$cri_file" ] && ! grep -q '"bootId": *"' "$cri_file"; }; then echo "$cri_file"; break; fi
    done
  )
  [ -n "$cri_earlier" ]
}
# Whether a unit is not active after such a run: a retry would compare with a state that already contains the loss.
cri_is_retry() { [ -n "$cri_inactive" ] && cri_find_unproven; }

# A retry must not replace the snapshot from before a loss, so the old one is renamed; at most ten are kept.
# CRI_BEFORE.verified is a hard link to a snapshot after which nothing was lost, as for cri guard --save.
cri_snapshot() {
  cri_check_shell
  if cri_is_retry; then
    cri_stop 3 "$cri_inactive is not active, and the snapshot $cri_earlier is from an earlier run that was not verified as intact; check with $CRI verify --before $cri_earlier, and when the problem is solved, start $cri_inactive or delete the snapshot"
  fi
  if [ -f "$CRI_BEFORE" ] && [ "$(stat -c '%d %i' "$CRI_BEFORE")" != "$(stat -c '%d %i' "$CRI_BEFORE.verified" 2>/dev/null)" ]; then
    cri_kept=$CRI_BEFORE.$(date -u +%Y%m%dT%H%M%SZ)
    # The script may have disabled globbing.
    cri_count=$(find "$(dirname "$CRI_BEFORE")" -maxdepth 1 -name "${CRI_BEFORE##*/}.2*Z" | wc -l)
    [ "$cri_count" -lt 10 ] || cri_stop 3 "there are $cri_count snapshots of runs that were not verified as intact; check $CRI_BEFORE.2*Z with $CRI verify --before FILE, and delete those that are no longer needed"
    if [ -e "$cri_kept" ] || ! mv -fT "$CRI_BEFORE" "$cri_kept"; then cri_stop 3 "$CRI_BEFORE cannot be kept as $cri_kept"; fi
    cri_say "the snapshot of an earlier run, which was not verified as intact, is kept: $cri_kept"
  fi
  { "$CRI" snapshot -o "$CRI_BEFORE" && [ -s "$CRI_BEFORE" ]; } || cri_stop 3 'without a snapshot, nothing can be verified'
  cri_taken=yes
}
# Call this just before the first relevant change: from here on the held units start only if nothing is lost.
cri_change() { cri_check_shell; cri_stage=changed; }
# SOURCE TARGET: replaces TARGET in one step, and keeps the old file as TARGET.before. The file of a running program
# cannot be overwritten, and if the node fails in between, one of the two files must exist.
cri_swap() {
  cri_change
  [ ! -e "$2" ] || ln -fT "$2" "$2.before" || cri_stop 1 "$2 cannot be kept as $2.before"
  cri_new=$(mktemp "$2.XXXXXX") || cri_stop 1 "$2 cannot be replaced"
  { cp "$1" "$cri_new" && chmod 0755 "$cri_new" && mv -fT "$cri_new" "$2"; } || { rm -f "$cri_new"; cri_stop 1 "$2 cannot be replaced"; }
}
# TARGET...: restores the files that cri_swap has kept.
cri_swap_back() { for cri_place in "$@"; do mv -f "$cri_place.before" "$cri_place" || return 1; done; }
# UNIT: restarts the runtime's unit. systemd may consider it active before the runtime responds, so cri_verify waits
# too.
cri_restart() {
  cri_change
  # systemd's jobs have the unit's own name.
  cri_runtime=$(cri_id "$1")
  cri_change_unit restart "$1" || cri_stop 3 "$1 failed to start; see journalctl -u $1"
}
cri_wait() { cri_check_shell; "$CRI" wait --timeout "$CRI_WAIT" || cri_stop 3 'the runtime did not become ready'; }

# Waits for a restart that systemd has not finished, because Ctrl-C ends systemctl but not the restart: until then, the
# old process may still respond. Fails after two minutes, even if systemd does not respond.
cri_wait_for_job() {
  cri_tries=0
  while ! cri_jobs=$(
    # A job that was cancelled leaves a unit that is still stopping.
    export SYSTEMD_COLORS=0
    cri_systemctl list-jobs --plain --no-legend --no-pager 2>/dev/null &&
      cri_systemctl list-units --state=activating,deactivating,reloading --plain --no-legend --no-pager 2>/dev/null
  ) || printf '%s\n' "$cri_jobs" | grep -q "^\([0-9 ]* \)\{0,1\}$cri_runtime\(\.service\)\{0,1\} "; do
    [ "$cri_tries" != 0 ] || cri_say "systemd has not finished its job for the runtime's unit; waiting"
    cri_tries=$((cri_tries + 1))
    [ "$cri_tries" -lt 120 ] || return 1
    sleep 1
  done
}

# OPTIONS of verify. Ends the script if the exit code is not 0.
cri_verify() {
  cri_check_shell
  for cri_option in "$@"; do
    case $cri_option in
      -warn-only* | --warn-only*) cri_stop 2 "$cri_option would start the units after a loss; omit it" ;;
      -h | -h=* | -help* | --help* | -version* | --version* | -generate-* | --generate-* | -experimental-* | --experimental-*) cri_stop 2 "with $cri_option, nothing is verified; omit it" ;;
    esac
  done
  cri_wait_for_job || cri_stop 3 "systemd has not finished its job for the runtime's unit (systemctl list-jobs)"
  cri_report verify --before "$CRI_BEFORE" --wait "$CRI_WAIT" "$@"
  case $cri_code in 0 | 4) cri_stage=verified ;; [1-9]) cri_stage=judged ;; esac
  case $cri_code in
    0) ;;
    1) cri_stop 1 "$(printf '%s\n' "$cri_text" | tail -n 1)" ;;
    4) cri_stop 4 'nothing was verified: there were no pods or no restart, or the snapshot is from another node' ;;
    *) cri_stop "$cri_code" 'the state could not be verified' ;;
  esac
}

# CODE: starts the held units if nothing has been changed or nothing is lost; otherwise it prints the reason.
cri_finish() {
  trap - EXIT
  trap '' INT TERM HUP
  set +e # a command that fails must not keep the units from starting
  IFS=' ' # the script may have changed it, and cri_held is a list
  cri_end=$1
  if [ "$cri_stage" = changed ]; then # the script ended without a verdict, so verify now
    cri_say "$cri_why; verifying"
    cri_code=3
    if cri_wait_for_job; then cri_report verify --before "$CRI_BEFORE" --wait 30s; fi
    [ "$cri_end" != 0 ] || cri_end=$cri_code
    case $cri_code in 0 | 4) cri_stage=verified ;; esac
  fi
  case $cri_stage in
    untouched) [ "$cri_end" = 0 ] || cri_say "$cri_why; nothing was changed" ;;
    verified) [ "$cri_end" = 0 ] || cri_say "$cri_why; nothing is lost" ;;
    *)
      [ -z "$cri_held" ] || cri_say "these units stay stopped: ${cri_held% }"
      cri_say "$cri_why"
      # A report that could not be written, or that belongs to another run, is not named.
      if [ "$cri_reported" != verify ] || [ ! -f "$CRI_REPORT" ]; then CRI_REPORT='the report above'; fi
      cri_say "read $CRI_REPORT; to check again, run: $CRI verify --before $CRI_BEFORE"
      for cri_unit in $cri_held; do cri_say "when the problem is solved, run: systemctl start $cri_unit"; done
      exit "$cri_end" ;;
  esac
  [ -z "$cri_taken" ] || ln -fT "$CRI_BEFORE" "$CRI_BEFORE.verified" || :
  for cri_unit in $cri_held; do
    cri_change_unit start "$cri_unit" || { cri_say "$cri_unit failed to start; see journalctl -u $cri_unit"; exit 6; }
  done
  exit "$cri_end"
}
