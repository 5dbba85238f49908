internal import CRITOML

/// The types of containerd's settings of the CRI. If a setting has another type, the plugin of the CRI does not load.
///
/// Source: `PluginConfig` (1.x, pkg/cri/config) and `RuntimeConfig`, `ImageConfig` and `ServerConfig` (2.x,
/// internal/cri/config). Keys with different types in different versions are left out.
enum ContainerdKeys {
  private static let integers: Set = [
    "selinux_category_range", "stats_collect_period", "max_container_log_line_size", "max_concurrent_downloads",
    "cni.max_conf_num",
  ]
  private static let flags: Set = [
    "disable_tcp_service", "enable_selinux", "systemd_cgroup", "enable_tls_streaming", "disable_cgroup",
    "disable_apparmor", "restrict_oom_score_adj", "disable_proc_mount", "tolerate_missing_hugetlb_controller",
    "disable_hugetlb_controller", "device_ownership_from_security_context", "ignore_image_defined_volumes",
    "netns_mounts_under_state_dir", "enable_unprivileged_ports", "enable_unprivileged_icmp", "enable_cdi",
    "image_pull_with_sync_fs", "containerd.no_pivot", "containerd.disable_snapshot_annotations",
    "containerd.discard_unpacked_layers", "containerd.ignore_rdt_not_enabled_errors",
  ]
  private static let texts: Set = [
    "stream_server_address", "stream_server_port", "stream_idle_timeout", "sandbox_image", "unset_seccomp_profile",
    "image_pull_progress_timeout", "drain_exec_sync_io_timeout", "containerd.snapshotter", "snapshotter",
    "containerd.default_runtime_name", "cni.bin_dir", "cni.conf_dir", "cni.conf_template", "cni.ip_pref",
    "registry.config_path",
  ]
  private static let durations: Set = [
    "stream_idle_timeout", "image_pull_progress_timeout", "drain_exec_sync_io_timeout",
  ]
  private static let handlerTexts: Set = [
    "runtime_type", "runtime_path", "runtime_root", "base_runtime_spec", "cni_conf_dir", "snapshotter",
  ]

  /// Whether containerd refuses the value of a setting.
  static func isInvalid(_ names: [String], _ value: TOMLReader.Value) -> Bool {
    let key = names.joined(separator: ".")
    let isHandler = names.count == 4 && names.starts(with: ["containerd", "runtimes"])
    switch value {
    case .text(let text):
      if durations.contains(key) { return !text.isEmpty && !isDuration(text) }
      return integers.contains(key) || flags.contains(key)
    case .integer: return flags.contains(key) || texts.contains(key) || isHandler && handlerTexts.contains(names[3])
    case .flag: return integers.contains(key) || texts.contains(key) || isHandler && handlerTexts.contains(names[3])
    case .list:
      return integers.contains(key) || flags.contains(key) || texts.contains(key)
        || isHandler && handlerTexts.contains(names[3])
    case .other: return false
    }
  }

  /// Whether Go accepts a duration (`time.ParseDuration`), such as `1h30m` or `0.5s`.
  static func isDuration(_ text: String) -> Bool {
    var rest = text[...]
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    if rest == "0" { return true }
    if rest.isEmpty { return false }
    while !rest.isEmpty {
      let number = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
      guard number.contains(where: { $0 != "." }), number.count(where: { $0 == "." }) < 2 else { return false }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { $0 != "." && !("0"..."9").contains($0) }
      guard ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(String(unit)) else { return false }
      rest = rest.dropFirst(unit.count)
    }
    return true
  }
}
