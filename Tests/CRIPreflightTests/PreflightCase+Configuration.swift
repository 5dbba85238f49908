import CRIMessages
import CRIPreflight
import CRISnapshot
import TestSupport

extension PreflightCase {
  private static let cri = "plugins.'io.containerd.grpc.v1.cri'"

  private static func running(_ facts: inout PreflightFacts, _ version: String, next target: String? = nil) {
    facts.snapshot.runtime.version = version
    facts.target = target.flatMap { RuntimeVersion($0) }
  }

  static let configuration: [PreflightCase] = [
    PreflightCase(rule: "P24", name: "a file that is not TOML", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\n[plugins\n")
    },
    PreflightCase(rule: "P24", name: "a target that does not know the version", objects: ["runtime"]) {
      running(&$0, "2.1.0", next: "1.7.28")
      $0.configureContainerd("version = 3\n")
    },
    PreflightCase(rule: "P24", name: "a short name of a table before 2.0", objects: ["runtime"]) {
      running(&$0, "1.7.28")
      $0.configureContainerd("version = 2\n[plugins.cri]\n")
    },
    PreflightCase(rule: "P24", name: "an empty file") { $0.configureContainerd("") },
    PreflightCase(rule: "P24", name: "no file is read by the daemon's program") { $0.containerd?.start = nil },
    PreflightCase(rule: "P24", name: "the file cannot be read", isUnchecked: true) {
      $0.containerd?.start?.configuration = .unknown("no")
    },
    PreflightCase(rule: "P24", name: "the result depends on the next version, which is unknown", isUnchecked: true) {
      $0.replaceProgram()
      $0.configureContainerd("version = 3\n")
    },
    PreflightCase(rule: "P24", name: "the next version is unknown, but every version exits", objects: ["runtime"]) {
      $0.replaceProgram()
      $0.configureContainerd("version = 2\ndisabled_plugins = [\"cri\"]\n")
    },

    PreflightCase(rule: "P25", name: "the file that packages install", objects: ["runtime"]) {
      $0.configureContainerd("disabled_plugins = [\"cri\"]\n")
    },
    PreflightCase(rule: "P25", name: "the full name", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n")
    },
    PreflightCase(rule: "P25", name: "a plugin of containerd 2", objects: ["runtime"]) {
      $0.configureContainerd("version = 3\ndisabled_plugins = [\"io.containerd.cri.v1.images\"]\n")
    },
    PreflightCase(rule: "P25", name: "a default handler without a table", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\n[\(cri).containerd]\ndefault_runtime_name = \"nvidia\"\n")
    },
    PreflightCase(rule: "P25", name: "a default handler with a table") {
      $0.configureContainerd(
        "version = 2\n[\(cri).containerd]\ndefault_runtime_name = \"nvidia\"\n[\(cri).containerd.runtimes.nvidia]\n")
    },
    PreflightCase(rule: "P25", name: "mirrors beside config_path", objects: ["runtime"]) {
      $0.configureContainerd(
        "version = 2\n[\(cri).registry]\nconfig_path = \"/etc/containerd/certs.d\"\n"
          + "[\(cri).registry.mirrors.\"docker.io\"]\nendpoint = [\"https://mirror.example\"]\n")
    },
    PreflightCase(rule: "P25", name: "TLS of a registry beside config_path", objects: ["runtime"]) {
      $0.configureContainerd(
        "version = 2\n[\(cri).registry]\nconfig_path = \"/etc/containerd/certs.d\"\n"
          + "[\(cri).registry.configs.\"a.example\".tls]\ninsecure_skip_verify = true\n")
    },
    PreflightCase(rule: "P25", name: "credentials of a registry beside config_path") {
      $0.configureContainerd(
        "version = 2\n[\(cri).registry]\nconfig_path = \"/etc/containerd/certs.d\"\n"
          + "[\(cri).registry.mirrors]\n[\(cri).registry.configs.\"a.example\".auth]\nusername = \"u\"\n")
    },
    PreflightCase(rule: "P25", name: "mirrors without config_path") {
      $0.configureContainerd(
        "version = 2\n[\(cri).registry]\nconfig_path = \"\"\n"
          + "[\(cri).registry.mirrors.\"docker.io\"]\nendpoint = [\"https://mirror.example\"]\n")
    },
    PreflightCase(rule: "P25", name: "2.2.0 adds config_path beside mirrors", objects: ["runtime"]) {
      $0.target = RuntimeVersion("2.2.0")
      $0.configureContainerd(
        "version = 2\n[\(cri).registry.mirrors.\"docker.io\"]\nendpoint = [\"https://mirror.example\"]\n")
    },
    PreflightCase(rule: "P25", name: "2.2.0 does not convert a file of version 3") {
      $0.target = RuntimeVersion("2.2.0")
      $0.configureContainerd(
        "version = 3\n[plugins.\"io.containerd.cri.v1.images\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://mirror.example\"]\n"
      )
    },
    PreflightCase(rule: "P25", name: "systemd_cgroup with runc", objects: ["runtime"]) {
      $0.snapshot.runtime.version = "1.7.28"
      $0.configureContainerd("version = 2\n[\(cri)]\nsystemd_cgroup = true\n")
    },
    PreflightCase(rule: "P25", name: "containerd 2 ignores systemd_cgroup") {
      $0.target = RuntimeVersion("2.3.4")
      $0.configureContainerd("version = 2\n[\(cri)]\nsystemd_cgroup = true\n")
    },
    PreflightCase(rule: "P25", name: "other plugins are disabled") {
      $0.configureContainerd("version = 2\ndisabled_plugins = [\"io.containerd.snapshotter.v1.zfs\"]\n")
    },

    PreflightCase(rule: "P25", name: "a value with the wrong type", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\n[\(cri)]\nmax_concurrent_downloads = \"3\"\n")
    },
    PreflightCase(rule: "P25", name: "a flag as a string, for a handler", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\n[\(cri).containerd.runtimes.runc]\nruntime_type = true\n")
    },
    PreflightCase(rule: "P25", name: "a duration without a unit", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\n[\(cri)]\nstream_idle_timeout = \"4\"\n")
    },
    PreflightCase(rule: "P25", name: "right types, and keys that containerd ignores") {
      $0.configureContainerd(
        "version = 2\n[\(cri)]\nstream_idle_timeout = \"1h0.5s\"\nmax_concurrent_downloads = 3\nunknown = 1\n"
          + "image_pull_progress_timeout = \"\"\nenable_cdi = true\n")
    },
    PreflightCase(rule: "P25", name: "an unknown snapshotter", objects: ["runtime"]) {
      $0.containerd?.start?.running.snapshotter = "overlayfs"
      $0.configureContainerd("version = 2\n[\(cri).containerd]\nsnapshotter = \"overlay\"\n")
    },
    PreflightCase(rule: "P25", name: "a snapshotter of another process") {
      $0.containerd?.start?.running.snapshotter = "overlayfs"
      $0.configureContainerd(
        "version = 2\n[proxy_plugins.stargz]\ntype = \"snapshot\"\n[\(cri).containerd]\nsnapshotter = \"stargz\"\n")
    },
    PreflightCase(rule: "P25", name: "an unknown snapshotter that the running daemon uses") {
      $0.containerd?.start?.running.snapshotter = "special"
      $0.configureContainerd("version = 2\n[\(cri).containerd]\nsnapshotter = \"special\"\n")
    },
    PreflightCase(rule: "P25", name: "the snapshotter is disabled", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\ndisabled_plugins = [\"io.containerd.snapshotter.v1.overlayfs\"]\n")
    },
    PreflightCase(rule: "P25", name: "an unused snapshotter is disabled") {
      $0.configureContainerd("version = 2\ndisabled_plugins = [\"io.containerd.snapshotter.v1.zfs\"]\n")
    },
    PreflightCase(rule: "P26", name: "another root", objects: ["default/web", "default/proxy"]) {
      $0.configureContainerd("root = \"/data/containerd\"\n")
    },
    PreflightCase(rule: "P26", name: "another state directory", objects: ["default/web", "default/proxy"]) {
      $0.configureContainerd("state = \"/run/other\"\n")
    },
    PreflightCase(
      rule: "P26", name: "the file of the running daemon is gone", objects: ["default/web", "default/proxy"]
    ) { $0.containerd?.start?.running.root = "/data/containerd" },
    PreflightCase(rule: "P26", name: "the same directory in another spelling") {
      $0.configureContainerd("root = \"/var/lib//containerd/\"\nstate = \"/var/run/containerd\"\n")
    },
    PreflightCase(rule: "P26", name: "a link to the same directory") {
      $0.configureContainerd("root = \"/data/containerd\"\n")
      $0.containerd?.start?.samePaths = ["/data/containerd"]
    },
    PreflightCase(rule: "P26", name: "the command line overrides the file") {
      $0.configureContainerd("root = \"/data\"\n", arguments: ["--root", "/var/lib/containerd"])
    },
    PreflightCase(rule: "P26", name: "the running daemon reports no directories") {
      $0.configureContainerd("root = \"/data/containerd\"\n")
      $0.containerd?.start?.running = RunningContainerd()
    },
    PreflightCase(rule: "P26", name: "the file cannot be read", isUnchecked: true) {
      $0.containerd?.start?.configuration = .unknown("no")
    },

    PreflightCase(rule: "P27", name: "another socket", objects: ["runtime"]) {
      $0.configureContainerd("[grpc]\naddress = \"/run/k3s/containerd.sock\"\n")
    },
    PreflightCase(rule: "P27", name: "the same socket") {
      $0.configureContainerd("[grpc]\naddress = \"/var/run/containerd/containerd.sock\"\n")
    },

    PreflightCase(rule: "P28", name: "a handler without a table", objects: ["default/web"]) {
      $0.snapshot.sandboxes[0].status.runtimeHandler = "kata"
    },
    PreflightCase(rule: "P28", name: "a handler with a table") {
      $0.snapshot.sandboxes[0].status.runtimeHandler = "kata"
      $0.configureContainerd("version = 2\n[\(cri).containerd.runtimes.kata]\n")
    },
    PreflightCase(rule: "P28", name: "the default handler") { $0.snapshot.sandboxes[0].status.runtimeHandler = "" },

    PreflightCase(rule: "P29", name: "another driver", objects: ["runtime"]) {
      $0.configureContainerd("version = 2\n[\(cri).containerd.runtimes.runc.options]\nSystemdCgroup = true\n")
    },
    PreflightCase(rule: "P29", name: "the setting is gone", objects: ["runtime"]) {
      $0.containerd?.start?.running.usesSystemdCgroups = true
    },
    PreflightCase(rule: "P29", name: "the same driver") {
      $0.containerd?.start?.running.usesSystemdCgroups = true
      $0.configureContainerd(
        "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]\nSystemdCgroup = true\n"
      )
    },
    PreflightCase(rule: "P29", name: "the running daemon does not report it") {
      $0.containerd?.start?.running.usesSystemdCgroups = nil
      $0.configureContainerd("version = 2\n[\(cri).containerd.runtimes.runc.options]\nSystemdCgroup = true\n")
    },

    PreflightCase(rule: "P30", name: "a file of version 1, whose settings 2.0 to 2.2 lose", objects: ["runtime"]) {
      running(&$0, "1.7.28", next: "2.2.0")
      $0.configureContainerd("[plugins.cri]\nsandbox_image = \"pause:3\"\n")
    },
    PreflightCase(rule: "P30", name: "2.3 converts such a file") {
      running(&$0, "1.7.28", next: "2.3.0")
      $0.configureContainerd("[plugins.cri]\nsandbox_image = \"pause:3\"\n")
    },
    PreflightCase(rule: "P30", name: "2.x converts a file of version 2") {
      running(&$0, "1.7.28", next: "2.1.0")
      $0.configureContainerd("version = 2\n[\(cri)]\nsandbox_image = \"pause:3\"\n")
    },
    PreflightCase(rule: "P30", name: "the running version does not read the table either") {
      $0.configureContainerd("version = 3\n[plugins.cri]\nsandbox_image = \"pause:3\"\n")
    },

    PreflightCase(rule: "P31", name: "an image that is missing", objects: ["image registry.local/pause:4"]) {
      $0.configureContainerd("version = 2\n[\(cri)]\nsandbox_image = \"registry.local/pause:4\"\n")
    },
    PreflightCase(rule: "P31", name: "an image that exists") {
      $0.configureContainerd("version = 2\n[\(cri)]\nsandbox_image = \"busybox:1\"\n")
    },
    PreflightCase(rule: "P31", name: "N6 reports that the image in use is missing") {
      $0.configuration.pauseImage = .known("registry.local/pause:4")
      $0.configureContainerd("version = 2\n[\(cri)]\nsandbox_image = \"registry.local/pause:4\"\n")
    },

    PreflightCase(rule: "P32", name: "a directory without the plugin", objects: ["node"]) {
      $0.containerd?.start?.networkFaults = .known([.pluginMissing("bridge", directories: ["/opt/cni/bin"])])
    },
    PreflightCase(rule: "P32", name: "the directories are complete") { _ in },
    PreflightCase(rule: "P32", name: "the directories cannot be read", isUnchecked: true) {
      $0.containerd?.start?.networkFaults = .unknown("no")
    },

    PreflightCase(rule: "P33", name: "a missing program", objects: ["runtime"]) {
      $0.containerd?.start?.missingPrograms = .known([MissingProgram(setting: "runtime_path", program: "/x")])
    },
    PreflightCase(rule: "P33", name: "the programs exist") { _ in },
    PreflightCase(rule: "P33", name: "the programs cannot be found", isUnchecked: true) {
      $0.containerd?.start?.missingPrograms = .unknown("no")
    },
  ]
}
