# shellcheck shell=sh
# UNIT: waits until systemd has no job for it. A task that was interrupted, or that did not wait, may have requested a
# restart that has not finished, and until then the old process may still respond.
tries=0
# The name may be an alias, and jobs have the unit's own name.
unit=$(systemctl show --property=Id "$1" 2>/dev/null | sed -n 's/^Id=//p')
unit=${unit:-$1}
export SYSTEMD_COLORS=0
# A job that was cancelled leaves a unit that is still stopping.
pending() {
  systemctl list-jobs --plain --no-legend --no-pager &&
    systemctl list-units --state=activating,deactivating,reloading --plain --no-legend --no-pager
}
while ! { jobs=$(pending) && ! printf '%s\n' "$jobs" | grep -q "^\([0-9 ]* \)\{0,1\}$unit\(\.service\)\{0,1\} "; }; do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || { echo "systemd has not finished its job for $1 (systemctl list-jobs)" >&2; exit 3; }
  sleep 1
done
