# Part of Tools/package: arranges the files as they are installed.
# Usage: stage ROOT PREFIX FORMAT     PREFIX is /usr or /usr/local; FORMAT is deb, rpm or tar.

hooks=$here/Tools/hooks

# Copies a file of the hooks, and replaces the directories in it with those of the package.
hook() { # MODE FILE DESTINATION
  sed "s#/usr/local/sbin/cri-reboot#/usr/local/lib/cri/cri-reboot#g
    s#/usr/local/lib/cri#$prefix/lib/cri#g
    s#/usr/local/bin/cri\\b#$prefix/bin/cri#g
    s#cri in /usr/local/bin#cri in $prefix/bin#g
    /^install .*cri-hook/d
    /^install .*cri-reboot/d" "$2" >"$work/hook"
  install -D -m "$1" "$work/hook" "$3"
}

stage() {
  root=$1 prefix=$2 format=$3
  rm -rf "$root"
  dir=$root$prefix
  doc=$dir/share/doc/cri
  install -D -m 0755 -t "$dir/bin" "$binaries/cri" "$binaries/cri-sim"

  for section in 1 5 7 8; do
    install -D -m 0644 -t "$dir/share/man/man$section" "$work"/man/*."$section"
    sed -i "s#/usr/share/doc/#$prefix/share/doc/#; s#/usr/share/cri/#$prefix/share/cri/#" "$dir/share/man/man$section"/*
    gzip -9n "$dir/share/man/man$section"/*
  done
  case $format in deb) zsh=vendor-completions ;; *) zsh=site-functions ;; esac
  install -D -m 0644 "$work/completion.bash" "$dir/share/bash-completion/completions/cri"
  install -D -m 0644 "$work/completion.zsh" "$dir/share/zsh/$zsh/_cri"
  install -D -m 0644 "$work/completion.fish" "$dir/share/fish/vendor_completions.d/cri.fish"

  # What units and scripts call is in lib/cri; share/cri/hooks contains all hooks, to be copied and adapted.
  for file in systemd/cri-hook systemd/trusted-directory.sh systemd/cri-state.sh systemd/without-snapshot.sh \
    systemd/comparison.sh systemd/kubelet-unit.sh systemd/settings.sh shell/cri-upgrade.sh kured/cri-reboot; do
    mode=0644; [ ! -x "$hooks/$file" ] || mode=0755
    hook "$mode" "$hooks/$file" "$dir/lib/cri/$(basename "$file")"
  done
  (cd "$hooks" && find . -type f ! -path './test/*' | LC_ALL=C sort) | while read -r file; do
    mode=0644; [ ! -x "$hooks/$file" ] || mode=0755
    hook "$mode" "$hooks/$file" "$dir/share/cri/hooks/$file"
  done
  [ "$format" = tar ] || install -m 0755 "$here/Tools/packaging/setup" "$dir/lib/cri/setup"

  install -D -m 0644 -t "$doc" "$here/README.md" "$here/SECURITY.md" "$work/cri.spdx.json"
  for page in report limits crictl-differences packages commands exit-codes sessions upgrade-7843 upgrade-in-place migration \
    reboot monitor; do
    install -m 0644 -t "$doc" "$here/docs/$page.md"
  done
  install -D -m 0644 -t "$doc/schema" "$here"/docs/schema/*
  case $format in
    deb)
      install -m 0644 "$work/copyright.debian" "$doc/copyright"
      gzip -9nc "$here/CHANGELOG.md" >"$doc/changelog.gz"
      ;;
    rpm) licences=$dir/share/licenses/cri ;;
    tar) licences=$doc ;;
  esac
  if [ "$format" != deb ]; then
    install -m 0644 -t "$doc" "$here/CHANGELOG.md"
    install -D -m 0644 "$here/LICENSE" "$licences/LICENSE"
    install -m 0644 "$work/copyright.full" "$licences/copyright"
    install -m 0644 /usr/share/common-licenses/LGPL-2.1 "$licences/LGPL-2.1"
  fi
}

# Gives all files and directories the same time, so that it does not depend on the build.
fix_times() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }
