# Part of Tools/package: builds the tar archive with its installer.

build_archive() {
  name=cri-$version-linux-$architecture
  stage "$work/tar/root" /usr/local tar
  mkdir -p "$work/tar/$name"
  mv "$work/tar/root/usr/local" "$work/tar/$name/files"
  install -m 0755 "$packaging/install" "$work/tar/$name/install"
  (cd "$work/tar/$name/files" && find . -type f | sort | xargs -d '\n' sha256sum) >"$work/tar/$name/files.sha256"
  tar -C "$work/tar" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
    --mode='u=rwX,go=rX' -cf - "$name" | gzip -n >"$output/$name.tar.gz"
}
