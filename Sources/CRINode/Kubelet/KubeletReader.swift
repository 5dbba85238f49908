internal import CRIJSON
internal import CRISnapshot
internal import CRISystem
internal import CRIYAML

/// Reads kubelet's state on the node. The result is empty if kubelet is not installed.
struct KubeletReader {
  /// The directories of kubelet, k0s and microk8s.
  static let directories = [
    "/var/lib/kubelet", "/var/lib/k0s/kubelet", "/var/snap/microk8s/common/var/lib/kubelet",
  ]
  /// The manifest directories of kubeadm, k3s and RKE2.
  private static let manifests = [
    "/etc/kubernetes/manifests", "/var/lib/rancher/rke2/agent/pod-manifests",
    "/var/lib/rancher/k3s/agent/pod-manifests",
  ]
  /// kubelet's own limit, in bytes (`maxConfigLength`).
  private static let maximumManifestSize = 10 << 20

  let table: Observation<ProcessTable>
  let paths: NodePaths
  /// The runtime's process; nil if it is not visible.
  let daemon: Int32?

  func read() -> ObservedKubelet {
    let settings = KubeletSettings(
      table.value.flatMap { KubeletProcess.find(in: $0, beside: daemon) }, NodeFiles(root: paths.root))
    let directory = settings.flags["root-dir"] ?? existing(Self.directories)
    return ObservedKubelet(
      processes: processes(), rootDirectory: directory,
      podDirectories: directory.flatMap { entries(of: "\($0)/pods") }.map { names in
        switch names {
        case .known(let names): .known(Set(names))
        case .unknown(let reason): .unknown(reason)
        }
      },
      staticPods: staticPods(configured: staticPodPath(settings)), nodeName: nodeName(settings))
  }

  /// kubelet uses the name in lower case, without white space around it (`nodeutil.GetHostname`).
  private func nodeName(_ settings: KubeletSettings) -> String? {
    let flag = settings.flags["hostname-override"] ?? settings.embeddingFlags["node-name"]
    let words = (flag ?? "").lowercased().split(whereSeparator: \.isWhitespace)
    // A name with white space inside is invalid.
    return words.count == 1 ? String(words[0]) : nil
  }

  private func processes() -> Observation<[ObservedKubelet.Instance]> {
    switch table {
    case .unknown(let reason): .unknown(reason)
    case .known(let table):
      .known(
        KubeletProcess.all(in: table, beside: daemon).sorted { $0.pid < $1.pid }
          .map { ObservedKubelet.Instance(pid: $0.pid, startTime: $0.startTime) })
    }
  }

  private func existing(_ paths: [String]) -> String? { paths.first { FileIdentity(of: self.paths.root + $0) != nil } }

  /// Returns nil if the directory is missing.
  private func entries(of directory: String) -> Observation<[String]>? {
    do throws(FileError) {
      return .known(try Directory.names(at: paths.root + directory))
    } catch {
      return error == .noSuchFile ? nil : .unknown(UnknownReason(error, directory))
    }
  }

  private func staticPodPath(_ settings: KubeletSettings) -> String? {
    let setting = settings.setting(flag: "pod-manifest-path", key: "staticPodPath").value ?? nil
    return setting?.value.stringValue.flatMap { $0.isEmpty ? nil : $0 }
  }

  private func staticPods(configured: String?) -> Observation<[StaticPod]>? {
    guard let directory = configured ?? existing(Self.manifests), let names = entries(of: directory) else { return nil }
    switch names {
    case .unknown(let reason): return .unknown(reason)
    case .known(let names):
      var pods: [StaticPod] = []
      // kubelet ignores files that begin with a dot.
      for name in names.sorted() where !name.hasPrefix(".") {
        do throws(FileError) {
          let bytes = try File.read("\(paths.root)\(directory)/\(name)", limit: Self.maximumManifestSize)
          // kubelet reads only the first document of a file. A file that kubelet cannot parse does not define a pod.
          guard let document = (try? YAML.parseAll(bytes))?.first else { continue }
          guard let pod = StaticPod(manifest: document, at: "\(directory)/\(name)") else { continue }
          // If two files define a pod with the same name (such as a copy named etcd.yaml.bak), kubelet rejects the
          // second one.
          if !pods.contains(where: { $0.namespace == pod.namespace && $0.name == pod.name }) { pods.append(pod) }
        } catch {
          // kubelet ignores everything that is not a regular file.
          if error == .isADirectory || error.isNotRegular { continue }
          // A dangling symbolic link, or a file that was removed in the meantime.
          if error == .noSuchFile || error == .system(.tooManySymbolicLinkLevels) { continue }
          return .unknown(UnknownReason(error, "\(directory)/\(name)"))
        }
      }
      return .known(pods)
    }
  }
}

extension StaticPod {
  /// Returns nil if the manifest is not a pod.
  fileprivate init?(manifest: JSON, at path: String) {
    guard manifest["kind"]?.stringValue == "Pod", let metadata = manifest["metadata"],
      let name = metadata["name"]?.stringValue
    else { return nil }
    let spec = manifest["spec"]
    guard Self.canDecode(metadata, spec) else { return nil }
    self.init(
      namespace: metadata["namespace"]?.stringValue ?? "default", name: name,
      restartPolicy: PodSpecification.policy(of: spec), containers: PodSpecification.containers(of: spec),
      version: ManifestVersion(manifest, at: path).text)
  }

  /// Whether kubelet can decode the manifest: it ignores a file in which a field has the wrong type, for example
  /// because YAML 1.1 reads the label value `y` as a Boolean.
  private static func canDecode(_ metadata: JSON, _ spec: JSON?) -> Bool {
    func isText(_ value: JSON?) -> Bool { value.map { $0.isNull || $0.stringValue != nil } ?? true }
    let maps = ["labels", "annotations"].map { metadata[$0] } + [spec?["nodeSelector"]]
    guard maps.allSatisfy({ $0?.objectValue?.values.allSatisfy { isText($0) } ?? ($0?.isNull ?? true) }),
      isText(metadata["namespace"]), isText(spec?["restartPolicy"])
    else { return false }
    let containers = ["containers", "initContainers"].flatMap { spec?[$0]?.arrayValue ?? [] }
    return containers.allSatisfy { container in
      let words = ["command", "args"].flatMap { container[$0]?.arrayValue ?? [] }
      let variables = (container["env"]?.arrayValue ?? []).flatMap { [$0["name"], $0["value"]] }
      return (["name", "image"].map { container[$0] } + words + variables).allSatisfy { isText($0) }
    }
  }
}
