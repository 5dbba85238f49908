import CRINode
import CRISnapshot
import Foundation
import TestSupport
import Testing

/// kubelet's state on the node: its process, its pods' directories and its manifests.
@Suite struct KubeletTests {
  private let node: FakeNode

  init() throws {
    node = try FakeNode()
    try node.makeDirectory("root")
  }

  private func read() -> ObservedKubelet? {
    var paths = node.paths
    paths.root = node.directory.file("root")
    var snapshot = node.snapshot()
    NodeObserver(paths: paths).addObservations(to: &snapshot, askedAt: 100_000, configuration: nil)
    return snapshot.observed?.kubelet
  }

  @Test func `on a node without kubelet nothing is observed about it`() {
    let kubelet = read()
    #expect(kubelet?.podDirectories == nil && kubelet?.staticPods == nil)
    #expect(kubelet?.processes?.value?.isEmpty ?? true)
  }

  @Test func `kubelet's process is found, even if kubelet is part of another program`() throws {
    try node.process(40, "kubelet", parent: 1, startTime: 7)
    try node.process(41, "k3s-server", parent: 1, startTime: 8)
    try node.process(42, "kubelet", parent: 1, state: "Z", startTime: 9)
    try node.process(43, "kubelet-proxy", parent: 1, startTime: 9)
    // Another user's program with this name, and one in a container.
    try node.process(44, "kubelet", parent: 1, startTime: 9, user: 4321)
    try node.process(45, "kubelet", parent: 1, startTime: 9)
    try node.write("", to: "namespaces/other")
    try node.link("proc/45/ns/pid", to: "namespaces/other")
    let found = [ObservedKubelet.Instance(pid: 40, startTime: 7), ObservedKubelet.Instance(pid: 41, startTime: 8)]
    #expect(read()?.processes == .known(found))
  }

  @Test func `directories and manifests are read`() throws {
    try node.makeDirectory("root/var/lib/kubelet/pods/uid-1")
    try node.makeDirectory("root/var/lib/kubelet/pods/uid-2")
    try node.write(
      "kind: Pod\nmetadata: {name: etcd, namespace: kube-system}\nspec: {restartPolicy: Never}\n",
      to: "root/etc/kubernetes/manifests/etcd.yaml")
    try node.write(#"{"kind":"Pod","metadata":{"name":"x"}}"#, to: "root/etc/kubernetes/manifests/x.json")
    try node.write("kind: Deployment\nmetadata: {name: d}\n", to: "root/etc/kubernetes/manifests/d.yaml")
    try node.write("not: [yaml", to: "root/etc/kubernetes/manifests/broken.yaml")
    try node.write("kind: Pod\nmetadata: {name: hidden}\n", to: "root/etc/kubernetes/manifests/.hidden.yaml")
    try node.makeDirectory("root/etc/kubernetes/manifests/folder")
    let kubelet = read()
    #expect(kubelet?.podDirectories == .known(["uid-1", "uid-2"]))
    #expect(
      withoutVersions(kubelet?.staticPods)
        == .known([
          StaticPod(namespace: "kube-system", name: "etcd", restartPolicy: .never),
          StaticPod(namespace: "default", name: "x", restartPolicy: .always),
        ]))
  }

  /// kubelet reads files left over from an upgrade in the same way (`extractFromDir`, `tryDecodeSinglePod`).
  @Test func `a dangling link is skipped, and the first of two pods with the same name counts`() throws {
    let folder = "root/etc/kubernetes/manifests"
    try node.write("kind: Pod\nmetadata: {name: etcd}\nspec: {restartPolicy: Never}\n", to: "\(folder)/etcd.yaml")
    try node.write("kind: Pod\nmetadata: {name: etcd}\n", to: "\(folder)/etcd.yaml.bak")
    try node.write("kind: Pod\nmetadata: {name: old}\n", to: "\(folder)/old.bak")
    try node.write(
      "kind: Pod\nmetadata: {name: two}\n---\nkind: Pod\nmetadata: {name: three}\n", to: "\(folder)/two.yaml")
    #expect(symlink("/nonexistent/pod.yaml", node.directory.file("\(folder)/link.yaml")) == 0)
    #expect(symlink("loop.yaml", node.directory.file("\(folder)/loop.yaml")) == 0)
    #expect(
      withoutVersions(read()?.staticPods)
        == .known([
          StaticPod(namespace: "default", name: "etcd", restartPolicy: .never),
          StaticPod(namespace: "default", name: "old", restartPolicy: .always),
          StaticPod(namespace: "default", name: "two", restartPolicy: .always),
        ]))
  }

  /// kubelet computes the UID of a static pod from its manifest and the path of its file.
  @Test func `a manifest has another version if kubelet would give the pod another UID`() throws {
    func version(_ text: String, _ name: String = "a.yaml") throws -> String? {
      try node.write(text, to: "root/etc/kubernetes/manifests/\(name)")
      let pods = read()?.staticPods?.value ?? []
      try node.remove("root/etc/kubernetes/manifests/\(name)")
      return pods.first?.version
    }
    let first = try version("kind: Pod\nmetadata: {name: a, labels: {x: v, z: w}}\n")
    #expect(first?.utf8.count == 16)
    #expect(try version("# a comment\nkind:  Pod\nmetadata: {labels: {z: w, x: v}, name: a}\n") == first)
    let others = [
      try version("kind: Pod\nmetadata: {name: a, labels: {x: v, z: v}}\n"),
      try version("kind: Pod\nmetadata: {name: a, labels: {x: vz, w: ''}}\n"),
      try version("kind: Pod\nmetadata: {name: a, labels: {x: v, z: w}}\n", "b.yaml"),
    ]
    #expect(Set(others + [first]).count == 4 && !others.contains(nil))
  }

  /// kubelet decodes a manifest into a Pod (`tryDecodeSinglePod`), and ignores a file for which this fails.
  @Test(arguments: [
    ("{name: a, labels: {x: y}}", "", false), ("{name: a, labels: {x: 'y'}}", "", true),
    ("{name: a, labels: {x: null}}", "", true), ("{name: a, annotations: {x: 1}}", "", false),
    ("{name: a, labels: none}", "", false), ("{name: a, namespace: 1}", "", false),
    ("{name: a}", "{containers: [{name: on}]}", false), ("{name: a}", "{containers: [{name: b, args: [1]}]}", false),
    ("{name: a}", "{containers: [{name: b, env: [{name: RATE, value: 0.5}]}]}", false),
    ("{name: a}", "{containers: [{name: b, args: ['1'], env: [{name: RATE, value: '0.5'}]}]}", true),
    ("{name: a}", "{initContainers: [{name: b, command: [sleep, 5]}]}", false),
  ])
  func `a manifest with a field of the wrong type defines no pod`(metadata: String, spec: String, isPod: Bool) throws {
    try node.write("kind: Pod\nmetadata: \(metadata)\nspec: \(spec)\n", to: "root/etc/kubernetes/manifests/a.yaml")
    #expect(read()?.staticPods?.value?.count == (isPod ? 1 : 0))
  }

  private func withoutVersions(_ pods: Observation<[StaticPod]>?) -> Observation<[StaticPod]>? {
    guard case .known(let pods)? = pods else { return pods }
    return .known(
      pods.map { pod in
        var pod = pod
        pod.version = nil
        return pod
      })
  }

  /// A user with write permission for the directory could otherwise block the reader.
  @Test(.timeLimit(.minutes(1))) func `a FIFO in place of a manifest or of the configuration does not block`() throws {
    try node.write("kind: Pod\nmetadata: {name: x}\n", to: "root/etc/kubernetes/manifests/x.yaml")
    try node.makeDirectory("root/var/lib/kubelet")
    for path in ["root/etc/kubernetes/manifests/a.yaml", "root/var/lib/kubelet/config.yaml"] {
      #expect(mkfifo(node.directory.file(path), 0o600) == 0)
    }
    // kubelet also ignores files that are not regular files.
    #expect(
      withoutVersions(read()?.staticPods)
        == .known([StaticPod(namespace: "default", name: "x", restartPolicy: .always)]))
  }

  @Test func `the configured directory takes precedence`() throws {
    try node.write("staticPodPath: /srv/pods\n", to: "root/var/lib/kubelet/config.yaml")
    try node.write("kind: Pod\nmetadata: {name: a}\n", to: "root/srv/pods/a.yaml")
    try node.write("kind: Pod\nmetadata: {name: b}\n", to: "root/etc/kubernetes/manifests/b.yaml")
    #expect(read()?.staticPods?.value?.map(\.name) == ["a"])
  }
}
