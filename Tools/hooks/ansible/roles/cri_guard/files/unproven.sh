# shellcheck shell=sh
# SNAPSHOT: prints the name of another snapshot of this boot that cri guard or an upgrade script has left without a good
# verdict.
find /var/lib/cri "$(dirname "$1")" -maxdepth 1 -type f '(' -name 'guard-before-2*.json' -o -name before.json ')' 2>/dev/null |
  while IFS= read -r file; do
    [ "$file" != "$1" ] || continue
    [ "$(stat -c '%d %i' "$file")" != "$(stat -c '%d %i' "$file.verified" 2>/dev/null)" ] || continue
    # Without the ID of the snapshot's boot (ProcSubset=pid), nothing proves a reboot.
    if grep -qF "$(cat /proc/sys/kernel/random/boot_id)" "$file" || { [ -s "$file" ] && ! grep -q '"bootId": *"' "$file"; }; then echo "$file"; break; fi
  done
