# Part of Tools/packaging/test/run: installs the tar archive, and runs the image.

test_archive() {
  tar -C "$work" -xf "$packages"/cri-*-linux-*.tar.gz
  installer=$(echo "$work"/cri-*-linux-*)/install
  root=$work/archive-root
  mkdir -p "$root/usr/local/bin"
  echo other >"$root/usr/local/bin/other"
  "$installer" --root "$root" >/dev/null
  [ "$(chroot "$root" /usr/local/bin/cri --version)" = "cri $version" ] || fail "cri from the archive does not run"
  [ -f "$root/usr/local/share/man/man1/cri-verify.1.gz" ] && [ -x "$root/usr/local/lib/cri/cri-hook" ] ||
    fail "the archive does not install the man pages and the hooks"
  "$installer" --root "$root" >/dev/null # an upgrade
  drop_in=$root/etc/systemd/system/kubelet.service.d/50-cri.conf
  install -D "$root/usr/local/share/cri/hooks/systemd/kubelet.service.d/50-cri.conf" "$drop_in"
  refused "delete this file first" "$installer" --root "$root" --uninstall
  rm -r "$(dirname "$drop_in")"
  "$installer" --root "$root" --uninstall
  [ "$(cd "$root" && find . -type f)" = ./usr/local/bin/other ] || fail "--uninstall leaves files: $(find "$root" -type f)"
  refused "nothing was installed" "$installer" --root "$root" --uninstall

  "$installer" --root "$root" --prefix /opt/cri >/dev/null
  grep -q '^ExecStartPre=/opt/cri/lib/cri/cri-hook' "$root/opt/cri/share/cri/hooks/systemd/kubelet.service.d/50-cri.conf" ||
    fail "the hooks do not name the prefix"
  echo damage >>"$(dirname "$installer")/files/share/doc/cri/README.md"
  refused "the archive is damaged" "$installer" --root "$work/damaged"
  [ ! -e "$work/damaged" ] || fail "a damaged archive was installed"
  rm -rf "$root" "$(dirname "$installer")"
}

# containerd imports the image and runs it.
test_image() {
  node=$work/node
  code=0; Tools/containerd-node up "$node" >&2 || code=$?
  [ $code = 0 ] || fail "a private containerd does not start"
  ctr() { command ctr -a "$node/containerd.sock" -n packaging "$@"; }
  result=0
  {
    ctr images import --snapshotter "$(cat "$node/snapshotter")" "$packages"/cri-*.oci.tar >"$work/image.log" 2>&1 &&
      ctr run --rm --snapshotter "$(cat "$node/snapshotter")" --runc-root "$node/runc" "localhost/cri:$version" packaging \
        /usr/bin/cri --version >"$work/image.version" 2>>"$work/image.log"
  } || result=$?
  ctr images rm --sync "localhost/cri:$version" >/dev/null 2>&1 || true
  Tools/containerd-node down "$node"
  [ $result = 0 ] && [ "$(cat "$work/image.version")" = "cri $version" ] || fail "the image does not run: $(cat "$work/image.log")"
}
