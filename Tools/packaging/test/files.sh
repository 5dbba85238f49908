# Part of Tools/packaging/test/run: checks that need no installation.

check_refusals() {
  sed 's/^debian | libyaml-dev | [^|]*/debian | libyaml-dev | 0.0.1 /' "$work/components.txt" >"$work/other.txt"
  refused "libyaml-dev is $(dpkg-query -W -f '${Version}' libyaml-dev) here, but 0.0.1 is recorded" \
    env CRI_COMPONENTS="$work/other.txt" Tools/package --binaries "$binaries" --output "$work/refused"
  [ "$(echo "$output" | wc -l)" = 1 ] || fail "the refusal has more than one line: $output"
  grep -v libnghttp2 "$work/components.txt" >"$work/other.txt"
  refused "the linked library libnghttp2.a belongs to no recorded component" \
    env CRI_COMPONENTS="$work/other.txt" Tools/package --binaries "$binaries" --output "$work/refused"
  [ ! -e "$work/refused" ] || fail "a refused build has written something"
}

check_linters() {
  lintian --allow-root --fail-on error,warning "$packages"/cri_*.deb >"$work/lintian" 2>&1 ||
    fail "lintian: $(cat "$work/lintian")"
  rpmlint -c Tools/packaging/rpmlint.toml "$packages"/cri-*.rpm >"$work/rpmlint" 2>&1 || fail "rpmlint: $(cat "$work/rpmlint")"
  # The exit code of rpmlint does not depend on warnings.
  grep -q ' 0 errors, 0 warnings' "$work/rpmlint" || fail "rpmlint: $(cat "$work/rpmlint")"
  (cd Tools && shellcheck -S warning -e SC1090,SC2034,SC2154 -s sh package packaging/*.sh packaging/setup packaging/install \
    packaging/test/*) || fail "shellcheck has found mistakes"
}

check_contents() {
  dpkg-deb -x "$packages"/cri_*.deb "$work/deb"
  share=$work/deb/usr/share
  for command in '' $("$binaries/cri" --experimental-dump-help |
    python3 -c 'import json, sys; print(*[c["commandName"] for c in json.load(sys.stdin)["command"]["subcommands"]])'); do
    [ "$command" = help ] || [ -f "$share/man/man1/cri${command:+-$command}.1.gz" ] || fail "cri $command has no man page"
  done
  for page in cri-snapshot.5 cri-report.5 cri-rules.7 cri-monitor.8; do
    [ -f "$share/man/man${page##*.}/$page.gz" ] || fail "the man page $page is missing"
  done
  for page in "$share"/man/man?/*; do
    text=$work/$(basename "$page" .gz)
    gzip -dc "$page" >"$text"
    warnings=$(LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$text" 2>&1 >/dev/null
      mandoc -T lint -W warning "$text") || true
    [ -z "$warnings" ] || fail "$(basename "$page"): $warnings"
  done
  bash -n "$share/bash-completion/completions/cri"
  zsh -n "$share/zsh/vendor-completions/_cri"
  fish -n "$share/fish/vendor_completions.d/cri.fish"
  ! grep -rlE '/usr/local/(lib/cri|bin/cri|sbin/cri)' "$share/cri" "$work/deb/usr/lib" || fail "these files name other directories"
  for file in "$work"/deb/usr/lib/cri/* "$share/cri/hooks/kured/cri-reboot"; do sh -n "$file"; done
  [ ! -e "$work/deb/etc" ] || fail "the package contains files in /etc"

  if [ -z "${PYTHON_SPDX:-}" ]; then
    python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q 'spdx-tools==0.8.*' || fail "cannot install spdx-tools"
    PYTHON_SPDX=$work/venv/bin
  fi
  "$PYTHON_SPDX/pyspdxtools" -i "$packages/cri-$version.spdx.json" || fail "the bill of materials is not valid"
  sed 's/"SPDXRef-component-swift"/"SPDXRef-component-unknown"/; s/Apache-2.0 WITH Swift-exception/Apache 9/' \
    "$packages/cri-$version.spdx.json" >"$work/bad.spdx.json"
  refused "" "$PYTHON_SPDX/pyspdxtools" -i "$work/bad.spdx.json"
  cmp "$packages/cri-$version.spdx.json" "$share/doc/cri/cri.spdx.json"
  # Every library that the linker used is in the bill of materials and in the file copyright.
  for name in swift swift-foundation swift-collections swift-corelibs-libdispatch swift-argument-parser swift-system \
    libnghttp2-dev libprotobuf-c-dev libyaml-dev zlib1g-dev libssl-dev libc6-dev libgcc-12-dev libstdc++-12-dev; do
    grep -qF "\"name\": \"$name\"" "$packages/cri-$version.spdx.json" || fail "the bill of materials lacks $name"
    grep -qF "  $name " "$share/doc/cri/copyright" || fail "the file copyright lacks $name"
  done
}
