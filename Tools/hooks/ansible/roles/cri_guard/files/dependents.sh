# shellcheck shell=sh
# UNIT: prints the active units that systemd stops together with it, one on each line.
systemctl show --property=RequiredBy,BoundBy,ConsistsOf,PropagatesStopTo "$1" | sed -n 's/^\(RequiredBy\|BoundBy\|ConsistsOf\|PropagatesStopTo\)=//p' | tr ' ' '\n' |
  while IFS= read -r unit; do
    if [ -n "$unit" ] && systemctl is-active --quiet "$unit"; then printf '%s\n' "$unit"; fi
  done
