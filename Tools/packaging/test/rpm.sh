# Part of Tools/packaging/test/run: installs, upgrades and removes the RPM in a separate root directory.

in_root() { rpm --force-debian --root "$rpm_root" "$@"; } # the option avoids a warning of Debian's rpm

# A package that provides what a node has: /bin/sh and the tools of setup (busybox), and update-alternatives.
build_node_package() {
  files=$work/node-package/root
  mkdir -p "$files/bin" "$files/usr/bin" "$files/etc/alternatives" "$files/var/lib/dpkg/alternatives" "$files/var/log"
  cp "$(command -v busybox)" "$files/bin/busybox"
  for applet in sh dirname readlink grep test rm cat; do ln -s busybox "$files/bin/$applet"; done
  cp "$(command -v update-alternatives)" "$files/usr/bin/"
  ldd "$(command -v update-alternatives)" | grep -o '/[^ ]*' | while read -r library; do install -D "$library" "$files$library"; done
  {
    printf 'Name: node\nVersion: 1\nRelease: 1\nSummary: node\nLicense: none\nAutoReqProv: no\nProvides: /bin/sh\n'
    printf '%%description\nnode\n%%files\n'
    (cd "$files" && find . ! -type d | sed 's/^\.//'; find . -type d -empty | sed 's/^\./%dir /')
  } >"$work/node-package/node.spec"
  rpmbuild -bb --quiet --nodeps --noclean --buildroot "$files" -D "_topdir $work/node-package" -D "_rpmdir $work" \
    -D '_rpmfilename node.rpm' -D '__os_install_post %{nil}' -D '__spec_install_pre %{nil}' -D 'debug_package %{nil}' \
    -D '_build_id_links none' -D '_dbpath /nonexistent' "$work/node-package/node.spec" >"$work/log" 2>&1 ||
    fail "cannot build the node's package: $(cat "$work/log")"
}

test_rpm() {
  rpm_root=$work/rpm-root
  package=$(echo "$packages"/cri-*.rpm) next=$(echo "$work"/next/cri-*.rpm)
  build_node_package
  mkdir -p "$rpm_root/dev"
  rpm --root "$rpm_root" --initdb
  refused "/bin/sh is needed" in_root -i "$package"
  in_root -i "$work/node.rpm"
  in_root -i "$package"
  [ "$(chroot "$rpm_root" /usr/bin/cri --version)" = "cri $version" ] || fail "cri from the RPM does not run"
  [ "$(chroot "$rpm_root" /usr/bin/crictl --version)" = "crictl version v1.36.0 (cri $version)" ] || fail "the RPM does not offer crictl"
  in_root -V cri || fail "the installed RPM differs from the package"
  in_root -qd cri | grep -q /man1/cri-verify.1.gz && in_root -qL cri | grep -q licenses/cri/copyright || fail "files are not marked"
  in_root -U "$next"
  [ "$(in_root -q cri)" = "cri-$version-2.$(uname -m)" ] || fail "the RPM was not upgraded"
  [ -L "$rpm_root/usr/bin/crictl" ] || fail "the upgrade has removed crictl"

  drop_in=$rpm_root/etc/systemd/system/kubelet.service.d/50-cri.conf
  install -D "$rpm_root/usr/share/cri/hooks/systemd/kubelet.service.d/50-cri.conf" "$drop_in"
  refused "cri cannot be removed" in_root -e cri
  [ -x "$rpm_root/usr/lib/cri/cri-hook" ] || fail "the hook was removed although kubelet needs it"
  rm -r "$rpm_root/etc/systemd"
  in_root -e cri
  [ -z "$(find "$rpm_root" -name 'cri*' ! -path '*/rpm/*')" ] || fail "rpm -e leaves files: $(find "$rpm_root" -name 'cri*')"

  echo '#!/bin/sh' >"$rpm_root/usr/bin/crictl"
  in_root -i "$package"
  [ -f "$rpm_root/usr/bin/crictl" ] && [ ! -L "$rpm_root/usr/bin/crictl" ] || fail "the RPM has replaced another crictl"
  in_root -e cri
  [ -f "$rpm_root/usr/bin/crictl" ] || fail "the RPM has removed another crictl"
}
