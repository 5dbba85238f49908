import CRIDoctor
import CRIJSON
import CRIPreflight
import CRISnapshot
import Glibc

@testable import CRINode

extension FuzzTarget {
  /// A CNI configuration, a cached result, a plugin's configuration and a lease, each after a NUL.
  static let cni = FuzzTarget("cni") { bytes in
    let parts = bytes.parts(3)
    let id = "4f2a"
    if let entry = CNICache.entry(parts[0], file: "net-\(id)-eth0", id: id) {
      require(!entry.facts.addresses.contains { $0.contains("/") }, "addresses have no prefix length")
      require(entry == CNICache.entry(parts[0], file: "net-\(id)-eth0", id: id), "the same twice")
    }
    let network = CNINetwork(parts[1]) ?? CNINetwork(parts[0])
    if let network { require(!network.version.isEmpty, "a network has a version") }
    if let attachment = try? CNIAttachment(parts[0], "/cache") {
      _ = attachment.hasAddress
      for network in [attachment.network, network].compactMap(\.self) {
        for plugin in network.plugins {
          guard let input = try? attachment.input(plugin, of: network) else { continue }
          require(input["name"]?.stringValue == network.name, "the plugin's input has the network's name")
          require(input["prevResult"]?["cniVersion"]?.stringValue == network.version, "and a result of its version")
          require((try? JSON.parse(input.bytes())) == input, "and is valid JSON")
        }
      }
    }
    if let root = try? JSON.parse(parts[2]) {
      for case .known(let networks) in [HostLocalNetwork.all(inContainerd: root)] {
        require(networks.allSatisfy { !$0.name.isEmpty && !$0.name.contains("/") }, "names are names of directories")
      }
      _ = NetworkFiles.plugins(of: root["Networks"]?.arrayValue ?? [])
    }
  }

  /// kubelet's unit, its environment file and its configuration, each after a NUL; or a pod's manifest or a process.
  static let kubelet = FuzzTarget("kubelet") { bytes in
    let parts = bytes.parts(3)
    for (path, part) in zip(node.paths, parts) { node.write(part, path) }
    let settings = KubeletSettings(nil, NodeFiles(root: node.root))
    let thresholds = EvictionThresholds(settings)
    for threshold in Array(thresholds.available.values) + Array(thresholds.freeInodes.values) {
      if case .share(let points) = threshold { require(points <= 10_000, "a share of \(points)") }
    }
    _ = settings.setting(flag: "container-runtime-endpoint", key: "containerRuntimeEndpoint")
    let words = KubeletArguments.words(inEnvironmentFile: parts[1].text)
    require(words.allSatisfy { !$0.isEmpty }, "words are not empty")
    let flags = KubeletArguments(words, shortNames: KubeletArguments.k3sShortNames)
    require(flags.overridden(by: flags)["config"] == flags["config"], "flags override themselves")
    if let process = ProcessEntry(stat: parts[0]) { require(process.pid >= 0 && process.parent >= 0, "\(process)") }
    _ = ShimProcess(parts[0].parts(8, at: UInt8(ascii: " ")).map(\.text))
    if let manifest = try? JSON.parse(parts[0]) {
      for pod in PodSpecification.list(manifest) ?? [] { _ = pod.pod }
      let version = ManifestVersion(manifest, at: "/m").text
      require(version == ManifestVersion(manifest.sortedKeys(), at: "/m").text, "the order of keys does not matter")
    }
  }

  private static let node = NodeDirectory()

  /// A root directory with the files that are read.
  private struct NodeDirectory: Sendable {
    let root: String
    let paths = [
      "/etc/systemd/system/kubelet.service", "/var/lib/kubelet/kubeadm-flags.env", "/var/lib/kubelet/config.yaml",
    ]

    init() {
      var name = Array("/dev/shm/fuzz-XXXXXX\0".utf8).map { CChar($0) }
      guard mkdtemp(&name) != nil else { fatalError("no directory") }
      root = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      for directory in Self.directories { mkdir(root + directory, 0o700) }
      atexit {
        for path in FuzzTarget.node.paths { unlink(FuzzTarget.node.root + path) }
        for directory in Self.directories.reversed() { rmdir(FuzzTarget.node.root + directory) }
        rmdir(FuzzTarget.node.root)
      }
    }

    private static let directories = [
      "/etc", "/etc/systemd", "/etc/systemd/system", "/var", "/var/lib", "/var/lib/kubelet",
    ]

    func write(_ bytes: [UInt8], _ path: String) {
      let descriptor = open(root + path, O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC, 0o600)
      guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("a short write") }
      close(descriptor)
    }
  }
}
