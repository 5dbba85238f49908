# Part of Tools/containerd-node and Tools/hooks/test: builds and imports the two images, so that nothing is pulled from a
# registry.

blob() { # FILE MEDIA-TYPE: moves the file to its content address, and prints its descriptor without the closing brace
  sum=$(sha256sum "$1" | cut -d ' ' -f 1); size=$(stat -c %s "$1")
  mv "$1" "$oci/blobs/sha256/$sum"
  printf '{"mediaType": "application/vnd.oci.image.%s", "digest": "sha256:%s", "size": %s' "$2" "$sum" "$size"
}

image() { # NAME ENTRYPOINT-JSON ROOTFS: adds an image to the layout, and prints its entry for the index
  # Order, owner and time are fixed, so that the same busybox results in the same image ID on every machine.
  tar -C "$3" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$oci/layer" .
  diff=$(sha256sum "$oci/layer" | cut -d ' ' -f 1)
  layer=$(blob "$oci/layer" layer.v1.tar)
  arch=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
  printf '{"architecture": "%s", "os": "linux", "created": "1970-01-01T00:00:00Z", "config": {"Env": ["PATH=/bin"], %s}, "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}' \
    "$arch" "$2" "$diff" >"$oci/config"
  config=$(blob "$oci/config" config.v1+json)
  printf '{"schemaVersion": 2, "config": %s}, "layers": [%s}]}' "$config" "$layer" >"$oci/manifest"
  printf '%s, "annotations": {"io.containerd.image.name": "%s"}}' "$(blob "$oci/manifest" manifest.v1+json)" "$1"
}

build_images() { # writes both images to DIR/images.tar
  oci=$dir/oci; mkdir -p "$oci/blobs/sha256" "$dir/pause/bin" "$dir/busybox/bin" "$dir/busybox/etc" "$dir/busybox/tmp"
  cp "$(command -v busybox)" "$dir/pause/bin/busybox"; ln -s busybox "$dir/pause/bin/sleep"
  cp "$(command -v busybox)" "$dir/busybox/bin/busybox"
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$dir/busybox/bin/$applet"; done
  echo 'root:x:0:0:root:/:/bin/sh' >"$dir/busybox/etc/passwd"; echo 'root:x:0:' >"$dir/busybox/etc/group"
  pause=$(image localhost/pause:1 '"Entrypoint": ["/bin/sleep", "infinity"]' "$dir/pause")
  busybox=$(image localhost/busybox:1 '"Cmd": ["/bin/sh"]' "$dir/busybox")
  printf '{"schemaVersion": 2, "manifests": [%s, %s]}' "$pause" "$busybox" >"$oci/index.json"
  printf '{"imageLayoutVersion": "1.0.0"}' >"$oci/oci-layout"
  tar -C "$oci" -cf "$dir/images.tar" .; rm -rf "$oci" "$dir/pause" "$dir/busybox"
}

import_images() {
  build_images
  ctr="ctr -a $dir/containerd.sock -n k8s.io images"
  $ctr import --snapshotter "$(cat "$dir/snapshotter")" "$dir/images.tar" >"$dir/import.log" 2>&1 ||
    { cat "$dir/import.log" >&2; die "cannot import the images"; }
  # containerd's CRI plugin learns about images from events, and adds the name sha256:... to each one that it has
  # processed.
  i=0; until [ "$($ctr ls -q | grep -c '^sha256:')" = 2 ]; do
    i=$((i + 1)); [ $i -lt 200 ] || die "containerd's CRI plugin did not find the images"
    sleep 0.05
  done
}
