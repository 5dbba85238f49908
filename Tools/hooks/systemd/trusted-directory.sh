# Part of cri-hook, and installed beside it.
# shellcheck shell=sh disable=SC2034
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
