# Part of Tools/package: builds the Debian package.

maintainer="cri maintainers <cri@users.noreply.github.com>"
summary="inspect a container runtime, and prove that a restart lost nothing"
description="cri inspects a container runtime over the Kubernetes CRI, and proves that a
restart or an upgrade of containerd or CRI-O lost no pod, container or address.
It also has the commands of crictl. cri-sim is a simulated runtime for tests."

script() { # FILE LINE...: writes a maintainer script
  file=$1; shift
  { printf '#!/bin/sh\nset -e\n'; printf '%s\n' "$@"; } >"$file"
  chmod 0755 "$file"
}

build_deb() {
  stage "$work/deb" /usr deb
  deb=$work/deb
  mkdir -p "$deb/DEBIAN" "$deb/usr/share/lintian/overrides"
  cp "$packaging/lintian-overrides" "$deb/usr/share/lintian/overrides/cri"
  printf 'cri (%s-%s) stable; urgency=medium\n\n  * Version %s.\n\n -- %s  %s\n' "$version" "$release" "$version" \
    "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$deb/usr/share/doc/cri/changelog.Debian.gz"

  script "$deb/DEBIAN/postinst" '[ "$1" != configure ] || /usr/lib/cri/setup install'
  script "$deb/DEBIAN/prerm" 'if [ "$1" = remove ] || [ "$1" = deconfigure ]; then' '  /usr/lib/cri/setup check' \
    '  /usr/lib/cri/setup remove' 'fi'
  # guard creates this directory for its snapshots and reports.
  script "$deb/DEBIAN/postrm" '[ "$1" != purge ] || rm -rf /var/lib/cri'
  (cd "$deb" && find usr -type f | sort | xargs -d '\n' md5sum) >"$deb/DEBIAN/md5sums"
  cat >"$deb/DEBIAN/control" <<END
Package: cri
Version: $version-$release
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k --apparent-size -s "$deb/usr" | cut -f 1)
Section: admin
Priority: optional
Description: $summary
$(echo "$description" | sed 's/^/ /')
END
  chmod -R u=rwX,go=rX "$deb"
  fix_times "$deb"
  # One thread, because the bytes depend on the number of threads.
  dpkg-deb --root-owner-group -Zxz -z1 --threads-max=1 --build "$deb" "$output/cri_$version-${release}_$architecture.deb" >/dev/null
}
