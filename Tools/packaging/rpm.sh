# Part of Tools/package: builds the RPM.

build_rpm() {
  stage "$work/rpm/root" /usr rpm
  fix_times "$work/rpm/root"
  cat >"$work/rpm/cri.spec" <<END
Name: cri
Version: $version
Release: $release
Summary: Inspect a container runtime, and prove that a restart lost nothing
License: Apache-2.0
Group: System/Management
Packager: $maintainer
AutoReqProv: no
Requires(post): /bin/sh
Requires(preun): /bin/sh
%description
$description
%post
%{_prefix}/lib/cri/setup install
%preun
if [ "\$1" = 0 ]; then
  %{_prefix}/lib/cri/setup check && %{_prefix}/lib/cri/setup remove
fi
%files
$(cd "$work/rpm/root" && find usr -type f | sort | sed -E 's#^#/#; s#^/usr/share/licenses/#%license &#; s#^/usr/share/doc/#%doc &#')
%dir /usr/lib/cri
%dir /usr/share/cri
$(cd "$work/rpm/root" && find usr/share/cri/hooks usr/share/doc/cri usr/share/licenses/cri -type d | sort | sed 's#^#%dir /#')
%changelog
* $(date -u -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y') $maintainer - $version-$release
- Version $version.
END
  # The files are complete: rpmbuild must not strip, compress or link anything, or record this machine's name and time.
  mkdir -p "$work/rpm/build"
  cp -a "$work/rpm/root" "$work/rpm/build/buildroot"
  rpmbuild -bb --quiet --nodeps --buildroot "$work/rpm/build/buildroot" --noclean \
    -D "_topdir $work/rpm/build" -D "_rpmdir $work/rpm" -D '_rpmfilename cri.rpm' -D '__os_install_post %{nil}' \
    -D 'debug_package %{nil}' -D '_build_id_links none' -D '_prefix /usr' -D '_buildhost localhost' \
    -D 'use_source_date_epoch_as_buildtime 1' -D 'clamp_mtime_to_source_date_epoch 1' -D '_binary_payload w12.zstdio' \
    -D 'optflags -O2' -D 'vendor %{nil}' -D '_dbpath /nonexistent' -D "__spec_install_pre %{nil}" \
    "$work/rpm/cri.spec" >"$work/rpm/log" 2>&1 || { cat "$work/rpm/log" >&2; fail "rpmbuild failed"; }
  mv "$work/rpm/cri.rpm" "$output/cri-$version-$release.$(uname -m).rpm"
}
