# Functions for a script that changes a node's container runtime. POSIX sh; see README.md and example beside this file.
# Usage: . cri-upgrade.sh; cri_begin; ...; whatever ends the script, cri_finish decides what becomes of the held units.
# shellcheck shell=sh

# Settings, all of them optional.
: "${CRI:=cri}"                             # the command; CONTAINER_RUNTIME_ENDPOINT names the runtime's socket
: "${CRI_BEFORE:=/var/lib/cri/before.json}" # the snapshot
: "${CRI_REPORT:=/var/lib/cri/report.txt}"  # the last report
: "${CRI_WAIT:=120s}"                       # how long the runtime may take
: "${CRI_PREFLIGHT_CODES:=0}"               # what preflight may end with; 0 3: also where it cannot tell

cri_say() { echo "upgrade: $*" >&2; }

# First: from here on the end of the script is ours, by `exit`, by an error or by a signal.
cri_begin() {
  cri_stage=untouched cri_held='' cri_why='the script has ended early'
  trap 'cri_finish $?' EXIT
  trap 'cri_why="the script was stopped by SIGINT"; exit 130' INT
  trap 'cri_why="the script was stopped by SIGTERM"; exit 143' TERM
  trap 'cri_why="the script was stopped by SIGHUP"; exit 129' HUP
  mkdir -p "$(dirname "$CRI_BEFORE")" "$(dirname "$CRI_REPORT")" || cri_stop 1 'there is no place for the snapshot'
}

# CODE REASON: ends the script.
cri_stop() { cri_why=$2; exit "$1"; }

# Options of preflight, such as --to 2.1.4. Ends the script with 5 where something would be lost, 3 where it cannot tell.
cri_preflight() {
  cri_code=0
  "$CRI" preflight "$@" >"$CRI_REPORT" || cri_code=$?
  cat "$CRI_REPORT" >&2
  case " $CRI_PREFLIGHT_CODES " in *" $cri_code "*) return 0 ;; esac
  case $cri_code in
    5) cri_stop 5 'the change would lose state: drain the node first, or do what the report says' ;;
    *) cri_stop "$cri_code" "preflight could not tell (exit code $cri_code): nobody knows what the change would lose" ;;
  esac
}

# UNIT...: stops them, those that are active; before the snapshot, so that kubelet changes nothing after it.
cri_hold() {
  for cri_unit in "$@"; do
    case $(systemctl show --property=LoadState,ActiveState "$cri_unit") in
      *LoadState=not-found*) cri_stop 2 "there is no unit $cri_unit" ;;
      *=inactive | *=failed) cri_say "$cri_unit is not active: it will not be started at the end"; continue ;;
    esac
    # Noted before: a stop that fails may have been half a stop.
    cri_held="$cri_unit $cri_held"
    systemctl stop "$cri_unit" || cri_stop 3 "$cri_unit cannot be stopped"
  done
}

cri_snapshot() { "$CRI" snapshot -o "$CRI_BEFORE" || cri_stop 3 'without a snapshot nothing can be verified'; }

# Just before the first thing that matters is changed: from here on only a good verdict starts what is held.
cri_change() { cri_stage=changed; }

# NEW PLACE: puts a file in another's place in one step, and keeps that as PLACE.before. A file that runs may not be
# written to, and a node that fails in between must have one or the other.
cri_swap() {
  cri_change
  [ ! -e "$2" ] || ln -f "$2" "$2.before" || cri_stop 1 "$2 cannot be kept as $2.before"
  { cp "$1" "$2.new" && chmod 0755 "$2.new" && mv -f "$2.new" "$2"; } || cri_stop 1 "$2 cannot be replaced"
}

# PLACE...: puts back what cri_swap has kept.
cri_swap_back() { for cri_place in "$@"; do mv -f "$cri_place.before" "$cri_place" || return 1; done; }

# UNIT: the runtime's. systemd may call it active before it answers, so cri_verify waits all the same.
cri_restart() { cri_change; systemctl restart "$1" || cri_stop 3 "$1 does not start: see journalctl -u $1"; }

cri_wait() { "$CRI" wait --timeout "$CRI_WAIT" || cri_stop 3 'the runtime does not become ready'; }

# Options of verify. Ends the script where the verdict is not 0.
cri_verify() {
  cri_code=0
  "$CRI" verify --before "$CRI_BEFORE" --wait "$CRI_WAIT" "$@" >"$CRI_REPORT" || cri_code=$?
  cat "$CRI_REPORT" >&2
  case $cri_code in
    0) cri_stage=verified ;;
    1) cri_stop 1 "state is lost: $(tail -n 1 "$CRI_REPORT")" ;;
    4) cri_stop 4 'nothing is proved: no pods, no restart, or another node' ;;
    *) cri_stop "$cri_code" 'it could not be verified' ;;
  esac
}

# CODE: starts the held units where nothing was changed or nothing is lost, and says why where not.
cri_finish() {
  trap - EXIT
  trap '' INT TERM HUP
  case $cri_stage:$1 in
    untouched:*) [ "$1" = 0 ] || cri_say "$cri_why; nothing was changed" ;;
    verified:0) ;;
    *)
      [ -z "$cri_held" ] || cri_say "kept stopped: ${cri_held% }"
      cri_say "$cri_why"
      cri_say "read $CRI_REPORT; check again with: $CRI verify --before $CRI_BEFORE"
      for cri_unit in $cri_held; do cri_say "when it is dealt with: systemctl start $cri_unit"; done
      # A script that forgot to verify has not succeeded.
      [ "$1" != 0 ] || exit 3
      exit "$1" ;;
  esac
  for cri_unit in $cri_held; do
    systemctl start "$cri_unit" || { cri_say "$cri_unit does not start: see journalctl -u $cri_unit"; exit 6; }
  done
  exit "$1"
}
