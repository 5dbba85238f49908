# Part of Tools/test and Tools/demo: installs Debian packages that are missing.
# Usage: . Tools/lib/install.sh; install_packages NAME...   If it cannot install them, it returns 1 and sets `missing`.
install_packages() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  if { apt-get -q update && apt-get -q install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
    rm -f "$log"; missing=
  else
    cat "$log" >&2; rm -f "$log"; return 1
  fi
}

# The packages that are required to build, and to run a private containerd.
build_packages="libnghttp2-dev libprotobuf-c-dev libyaml-dev zlib1g-dev libssl-dev pkg-config"
containerd_packages="containerd runc containernetworking-plugins busybox-static iproute2"

# The packages that Tools/package requires.
package_packages="dpkg-dev rpm gzip tar python3 git"
