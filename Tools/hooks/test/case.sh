# Part of Tools/hooks/test/run: runs one case in its own machine. A subshell sources this file.
work=$(mktemp -d /tmp/cri-hooks.XXXXXX) name=cri-$$-$case nspawn= groups=
# A fixed machine ID, so that the machine is the same node after a reboot.
uuid=$(cat /proc/sys/kernel/random/uuid)
finish() {
  code=$?
  trap - EXIT
  [ $code = 0 ] || [ $code = 130 ] || show_state || true
  machine_down
  [ -n "${KEEP:-}" ] || rm -rf "$work"
  exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
node_prepare
. "$here/cases/$case"
