# Part of cri-hook, and installed beside it: reads and checks the settings.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154  # cri-hook sets name and verb, and reads the settings

# The hooks compare what other programs print, such as the type of a file.
LC_ALL=C
export LC_ALL
# POSIXLY_CORRECT makes systemctl treat its options as units, and crictl's configuration does not apply to the hooks.
unset POSIXLY_CORRECT CRI_CONFIG_FILE

# Reads the settings, a shell script, if only root or the caller can change it.
read_settings() {
  conf=${CRI_HOOK_CONF:-/etc/cri/hook.conf}
  [ -e "$conf" ] || [ -L "$conf" ] || return 0
  cri_resolve_trusted "$(dirname "$conf")" || unusable "$cri_reason; $conf was not read"
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
  # While kubelet is stopped, cri reads the files of this unit.
  export CRI_HOOK_KUBELET="${CRI_HOOK_KUBELET:-kubelet}"
  for seconds in "${CRI_HOOK_WAIT:-0}" "${CRI_HOOK_GATE_WAIT:-0}" "${CRI_HOOK_SNAPSHOT_WAIT:-0}"; do
    # A number with a leading zero would be octal.
    case $seconds in *[!0-9]* | ?????* | 0?*) unusable "the settings are unusable: '$seconds' is not a number of seconds" ;; esac
  done
  # The name is used below without the type of the unit.
  CRI_HOOK_KUBELET=${CRI_HOOK_KUBELET%.service}
  [ -z "${CRI_HOOK_UNIT:-}" ] || CRI_HOOK_UNIT=${CRI_HOOK_UNIT%.service}
  for option in ${CRI_VERIFY:-}; do
    case $option in
      http://* | https://* | --pods=http*) unusable "the settings are unusable: $option in CRI_VERIFY is not reachable while kubelet is stopped; use a file" ;;
      -warn-only* | --warn-only*) unusable "the settings are unusable: $option would let kubelet start after a loss" ;;
      -h | -h=* | -help* | --help* | -version* | --version* | -generate-* | --generate-* | -experimental-* | --experimental-*) unusable "the settings are unusable: with $option, nothing is verified" ;;
    esac
  done
}

# REASON: the settings are unusable, so nothing can be verified, and an older verdict must not be trusted.
unusable() {
  say "$1"
  dir=${CRI_HOOK_DIR:-/run/cri}/$name public=${CRI_HOOK_STATUS_DIR:-/run/cri-status} before=$dir/before.json
  case $verb in
    verify | gate)
      cri_resolve_trusted "$dir" make && dir=$cri_directory && before=$dir/before.json && begun=$(generation) || exit 2
      [ "$verb" != gate ] || touch "$dir/refused"
      echo "not verified: $1" | record 3 ;;
  esac
  exit 2
}

# The units name the socket, and recheck, accept and status use the same one.
find_socket() {
  if [ -z "$socket" ]; then
    socket=$(cat "$dir/socket" 2>/dev/null) || socket=$(default_socket) || [ "$verb" = status ]
    return
  fi
  case $verb in
    snapshot | verify | gate) [ "$(cat "$dir/socket" 2>/dev/null)" = "$socket" ] || { echo "$socket" >"$dir/socket"; } 2>/dev/null || : ;;
  esac
}

default_socket() {
  case $name in
    containerd) echo /run/containerd/containerd.sock ;;
    crio) echo /run/crio/crio.sock ;;
    *) return 1 ;;
  esac
}
