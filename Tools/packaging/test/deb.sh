# Part of Tools/packaging/test/run: installs, upgrades, removes and purges the package in a fresh Debian system.

# With /proc, which is unmounted when the command ends.
in_debian() {
  unshare --mount --pid --fork --mount-proc="$debian/proc" chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
}

# A package that stands in for cri-tools, which owns /usr/bin/crictl.
build_cri_tools() {
  mkdir -p "$work/cri-tools/DEBIAN" "$work/cri-tools/usr/bin"
  printf '#!/bin/sh\necho crictl of cri-tools\n' >"$work/cri-tools/usr/bin/crictl"
  chmod 0755 "$work/cri-tools/usr/bin/crictl"
  printf 'Package: cri-tools\nVersion: 1\nArchitecture: all\nMaintainer: test <test@localhost>\nDescription: test\n' \
    >"$work/cri-tools/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$work/cri-tools" "$debian/tmp/cri-tools.deb" >/dev/null
}

state() { in_debian dpkg-query -W -f '${db:Status-Status} ${Version}' cri 2>/dev/null || true; }
crictl() { in_debian sh -c 'crictl --version' 2>&1 || true; }

test_deb() {
  debian=$work/debian
  debootstrap --variant=minbase stable "$debian" >"$work/debootstrap.log" 2>&1 ||
    fail "debootstrap failed: $(tail -n 5 "$work/debootstrap.log")"
  cp "$packages"/cri_*.deb "$debian/tmp/first.deb"
  cp "$work"/next/cri_*.deb "$debian/tmp/next.deb"
  build_cri_tools
  (cd "$debian" && find etc -type f | sort) >"$work/etc.before"

  in_debian dpkg -i /tmp/first.deb >"$work/dpkg.log" 2>&1 || fail "dpkg -i: $(cat "$work/dpkg.log")"
  [ "$(in_debian cri --version)" = "cri $version" ] || fail "cri does not run in Debian"
  [ "$(crictl)" = "crictl version v1.36.0 (cri $version)" ] || fail "the package does not offer crictl: $(crictl)"
  [ -z "$(in_debian dpkg --verify cri)" ] || fail "the installed files differ: $(in_debian dpkg --verify cri)"
  (cd "$debian" && find etc -type f | sort) | diff "$work/etc.before" - >&2 || fail "the package has added files to /etc"
  in_debian timeout 60 sh -c 'cri-sim --socket /tmp/sim.sock --pods 2 2>/dev/null & sim=$!; i=0
    until cri -r /tmp/sim.sock pods -q >/tmp/pods 2>/dev/null || [ $i -gt 50 ]; do i=$((i + 1)); sleep 0.1; done; kill $sim'
  [ "$(wc -l <"$debian/tmp/pods")" = 2 ] || fail "cri does not list the pods of cri-sim in Debian"

  mkdir "$debian/var/lib/cri" && echo '{}' >"$debian/var/lib/cri/guard-before.json"
  in_debian dpkg -i /tmp/next.deb >"$work/dpkg.log" 2>&1 || fail "the upgrade failed: $(cat "$work/dpkg.log")"
  [ "$(state)" = "installed $version-2" ] && [ "$(crictl)" = "crictl version v1.36.0 (cri $version)" ] || fail "after the upgrade: $(state), $(crictl)"

  drop_in=$debian/etc/systemd/system/kubelet.service.d/50-cri.conf
  install -D "$debian/usr/share/cri/hooks/systemd/kubelet.service.d/50-cri.conf" "$drop_in"
  refused "cri cannot be removed: /etc/systemd/system/kubelet.service.d/50-cri.conf" in_debian dpkg -r cri
  [ "$(crictl)" = "crictl version v1.36.0 (cri $version)" ] && [ -x "$debian/usr/lib/cri/cri-hook" ] || fail "a refused removal has changed something"
  rm -r "$(dirname "$drop_in")"

  in_debian dpkg -r cri >/dev/null
  [ -z "$(find "$debian/usr" "$debian/etc" -name 'cri*')" ] || fail "dpkg -r leaves $(find "$debian/usr" "$debian/etc" -name 'cri*')"
  [ -f "$debian/var/lib/cri/guard-before.json" ] || fail "dpkg -r has deleted a snapshot"
  in_debian dpkg -P cri >/dev/null
  [ ! -e "$debian/var/lib/cri" ] || fail "dpkg -P leaves /var/lib/cri"

  step "another crictl"
  in_debian dpkg -i /tmp/cri-tools.deb /tmp/first.deb >/dev/null
  [ "$(crictl)" = "crictl of cri-tools" ] || fail "the package has replaced the crictl of another package"
  in_debian dpkg -P cri cri-tools >/dev/null
  in_debian dpkg -i /tmp/first.deb /tmp/cri-tools.deb >/dev/null
  [ "$(crictl)" = "crictl of cri-tools" ] || fail "a package with crictl cannot be installed after cri"
  in_debian dpkg -i /tmp/next.deb >/dev/null
  in_debian dpkg -P cri >/dev/null
  [ "$(crictl)" = "crictl of cri-tools" ] || fail "removing cri has removed the crictl of another package"
  in_debian dpkg -P cri-tools >/dev/null
  install -m 0755 "$work/cri-tools/usr/bin/crictl" "$debian/usr/local/bin/crictl"
  in_debian dpkg -i /tmp/first.deb >/dev/null
  [ ! -e "$debian/usr/bin/crictl" ] || fail "the package has added a second crictl beside /usr/local/bin/crictl"
}
