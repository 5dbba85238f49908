# shellcheck shell=sh
# UNIT: prints the unit's own name, because it may be an alias.
unit=$(systemctl show --property=Id "$1" 2>/dev/null | sed -n 's/^Id=//p')
printf '%s\n' "${unit:-$1}"
