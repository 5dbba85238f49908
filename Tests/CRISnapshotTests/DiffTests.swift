import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

/// The changes between two snapshots, as text.
@Suite struct DiffTests {
  @Test func `the same snapshot has no changes`() throws {
    #expect(Diff.changes(from: .before, to: .before, all: true).isEmpty)
    let real = try Snapshot.recorded("cri-o-1.37", .before)
    #expect(Diff.changes(from: real, to: real, all: true).isEmpty)
  }

  @Test func `a restart alone changes only volatile fields`() {
    #expect(Diff.changes(from: .before, to: .after).isEmpty)
    let all = Diff.changes(from: .before, to: .after, all: true)
    #expect(all.allSatisfy { $0.isVolatile })
    #expect(Set(all.map(\.field)) == ["taken", "daemon.pid", "daemon.startTime"])
    #expect(all.map(\.text).contains("daemon pid 100 → 200"))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let object: String
    let text: String
    let change: @Sendable (inout Snapshot) -> Void
    var testDescription: String { "\(object)  \(text)" }
  }

  static let cases: [Case] = [
    Case(object: "default/web", text: "ip 10.0.0.2 → none") { $0.sandboxes[0].status.network?.ip = "" },
    Case(object: "default/web", text: "ip 10.0.0.2 → 10.0.0.3") { $0.sandboxes[0].status.network?.ip = "10.0.0.3" },
    Case(object: "default/web", text: "additional ips fd00::2 → none") {
      $0.sandboxes[0].status.network?.additionalIPs = []
    },
    Case(object: "default/web", text: "additional ips fd00::2 → fd00::2, fd00::3") {
      $0.sandboxes[0].status.network?.additionalIPs.append(PodIP(ip: "fd00::3"))
    },
    Case(object: "default/web", text: "state ready → not ready") { $0.sandboxes[0].status.state = .notReady },
    Case(object: "default/web", text: "state ready → 9") { $0.sandboxes[0].status.state = .init(rawValue: 9) },
    Case(object: "default/web", text: "attempt 0 → 1") { $0.sandboxes[0].status.metadata?.attempt = 1 },
    Case(object: "default/web", text: "created 2033-05-18T00:46:40Z → 2033-05-18T00:46:40.5Z") {
      $0.sandboxes[0].status.createdAt.nanoseconds += 500_000_000
    },
    Case(object: "default/web", text: "network mode pod → node") {
      $0.sandboxes[0].status.linux?.namespaces?.options?.network = .node
    },
    Case(object: "default/web", text: "label app web → none") { $0.sandboxes[0].status.labels["app"] = nil },
    Case(object: "default/web", text: "label io.kubernetes.pod.uid uid-web → x") {
      $0.sandboxes[0].status.labels["io.kubernetes.pod.uid"] = "x"
    },
    Case(object: "default/web", text: "annotation new none → it") { $0.sandboxes[0].status.annotations["new"] = "it" },
    Case(object: "default/web", text: "runtime handler runc → none") { $0.sandboxes[0].status.runtimeHandler = "" },
    Case(object: "default/web", text: "pid 1001 → none") { $0.sandboxes[0].facts.pid = nil },
    Case(object: "default/web", text: "network namespace /run/netns/web → none") {
      $0.sandboxes[0].facts.networkNamespace = nil
    },
    Case(object: "default/web", text: "network namespace closed no → yes") {
      $0.sandboxes[0].facts.isNetworkNamespaceClosed = true
    },
    Case(object: "default/web", text: "interfaces eth0 10.0.0.2 fd00::2 → none") {
      $0.sandboxes[0].facts.interfaces = nil
    },
    Case(object: "default/web/nginx", text: "state running → exited") { $0.containers[0].status.state = .exited },
    Case(object: "default/web/nginx", text: "finished none → 2033-05-18T03:33:20Z") {
      $0.containers[0].status.finishedAt = Timestamp(seconds: 2_000_000_000)
    },
    Case(object: "default/web/nginx", text: "started 2033-05-18T00:47:00Z → none") {
      $0.containers[0].status.startedAt = .zero
    },
    Case(object: "default/web/job", text: "exit code 3 → 255") { $0.containers[1].status.exitCode = 255 },
    Case(object: "default/web/nginx", text: "pid 1101 → 9") { $0.containers[0].pid = 9 },
    Case(object: "default/web/nginx", text: "mounts /var/lib/data→/data → none") {
      $0.containers[0].status.mounts = []
    },
    Case(object: "default/web/nginx", text: "resources.linux.cpuShares 100 → 200") {
      $0.containers[0].status.resources?.linux?.cpuShares = 200
    },
    Case(object: "default/web/nginx", text: "sandbox sandbox-web → other") { $0.containers[0].sandboxID = "other" },
    Case(object: "default/web/nginx", text: "removed") { $0.containers.removeFirst() },
    Case(object: "image busybox:1", text: "tags busybox:1 → none") { $0.images[0].repoTags = [] },
    Case(object: "image pause:3", text: "pinned yes → no") { $0.images[1].pinned = false },
    Case(object: "image spare:1", text: "removed") { $0.images.removeLast() },
    Case(object: "image new:1", text: "added") { $0.images.append(Image(id: "n", repoTags: ["new:1"])) },
    Case(object: "runtime", text: "version 2.1.0 → 2.1.1") { $0.runtime.version = "2.1.1" },
    Case(object: "runtime", text: "NetworkReady yes → no") { $0.runtime.conditions[0].status = false },
    Case(object: "runtime", text: "NetworkReady.reason none → Why") { $0.runtime.conditions[0].reason = "Why" },
    Case(object: "runtime", text: "handler runc.features.userNamespaces yes → no") {
      $0.runtime.handlers[1].features?.userNamespaces = false
    },
    Case(object: "runtime", text: "handler (default) yes → none") { $0.runtime.handlers.removeFirst() },
    Case(object: "runtime", text: "handler kata none → yes") {
      $0.runtime.handlers.append(RuntimeHandler(name: "kata"))
    },
    Case(object: "runtime", text: "executable /usr/bin/containerd → /usr/bin/containerd (deleted)") {
      $0.daemon.executable? += " (deleted)"
    },
    Case(object: "node", text: "boot id boot-1 → boot-2") { $0.host.bootID = "boot-2" },
    Case(object: "node", text: "kernel 6.1.0 → 6.2.0") { $0.host.kernel = "6.2.0" },
  ]

  @Test(arguments: cases) func `one change is one line`(test: Case) {
    var after = Snapshot.before
    test.change(&after)
    let lines = Diff.changes(from: .before, to: after).map { "\($0.object)  \($0.text)" }
    // A container that moved to another pod is printed with that pod's name.
    let expected = "\(test.object)  \(test.text)"
    #expect(lines == [expected])
  }

  /// Other notations for the same values.
  @Test func `values are compared by type and not as strings`() {
    var (before, after) = (Snapshot.before, Snapshot.before)
    before.sandboxes[0].status.network = PodSandboxNetworkStatus(
      ip: "fd00::1:0:0:5", additionalIPs: [PodIP(ip: "10.0.0.2"), PodIP(ip: "fd00::9")])
    after.sandboxes[0].status.network = PodSandboxNetworkStatus(
      ip: "fd00:0:0:0:1::5", additionalIPs: [PodIP(ip: "FD00:0::9"), PodIP(ip: "10.0.0.2")])
    before.sandboxes[0].facts.networkNamespace = "/var/run/netns/web"
    after.sandboxes[0].facts.interfaces?[0].mac = "AA:BB"
    after.sandboxes[0].facts.interfaces?[0].addresses = ["10.0.0.2", "fd00:0::2"]
    after.containers[0].status.image?.image = "docker.io/library/busybox:1"
    after.containers[0].status.imageRef = "docker.io/library/busybox@sha256:bb"
    before.containers[0].status.logPath = "/var/log//pods/web/nginx/0.log"
    after.images[0].repoTags = ["docker.io/library/busybox:1"]
    after.images[0].repoDigests = ["index.docker.io/library/busybox@sha256:bb"]
    before.containers[0].status.image?.userSpecifiedImage = "busybox:1@sha256:bb"
    after.containers[0].status.image?.userSpecifiedImage = "index.docker.io/library/busybox@sha256:bb"
    before.runtime.settings = RuntimeSettings(pauseImage: "index.docker.io/rancher/mirrored-pause:3.6")
    after.runtime.settings = RuntimeSettings(pauseImage: "docker.io/rancher/mirrored-pause:3.6")
    before.sandboxes[0].facts.pauseImage = "registry.k8s.io/pause:3.9@sha256:aa"
    after.sandboxes[0].facts.pauseImage = "registry.k8s.io/pause@sha256:aa"
    after.images[1].id = "p"
    before.images[0].spec = ImageSpec(image: "busybox")
    after.images[0].spec = ImageSpec(image: "docker.io/library/busybox:latest")
    #expect(Diff.changes(from: before, to: after).map { "\($0.object) \($0.text)" } == [])
    after.sandboxes[0].status.network?.ip = "fd00::1:0:0:6"
    #expect(
      Diff.changes(from: before, to: after).map(\.text) == ["ip fd00::1:0:0:5 → fd00::1:0:0:6"])
  }

  /// CRI-O forgets a finished pod's address when it restarts.
  @Test func `the network of a pod that was not ready is volatile`() {
    var before = Snapshot.before
    before.sandboxes[2].status.network?.ip = "10.0.0.9"
    before.sandboxes[2].facts.interfaces = before.sandboxes[0].facts.interfaces
    #expect(Diff.changes(from: before, to: .before).isEmpty)
    let all = Diff.changes(from: before, to: .before, all: true)
    #expect(Set(all.filter { $0.object.pod?.name == "old" }.map(\.field)) == ["network.ip", "facts.interfaces"])
    var after = Snapshot.before
    after.sandboxes[0].status.state = .notReady
    after.sandboxes[0].status.network?.ip = ""
    #expect(Diff.changes(from: .before, to: after).map(\.field).contains("network.ip"), "it was ready before")
  }

  @Test func `a pod's sandbox is removed with its containers`() {
    var after = Snapshot.before
    after.sandboxes.removeFirst()
    after.containers.removeAll { $0.sandboxID == "sandbox-web" }
    let lines = Diff.changes(from: .before, to: after).map { "\($0.object) \($0.text)" }
    #expect(lines == ["default/web removed", "default/web/nginx removed", "default/web/job removed"])
  }

  @Test func `a new pod is added`() {
    var after = Snapshot.before
    after.sandboxes.append(Snapshot.sandbox("new", "10.0.0.7"))
    after.containers.append(Snapshot.container("main", in: "new", pid: 3))
    let changes = Diff.changes(from: .before, to: after)
    #expect(changes.map { "\($0.object) \($0.text)" } == ["default/new added", "default/new/main added"])
    #expect(changes.map(\.kind) == [.added, .added])
  }

  @Test func `a recreated pod is compared with its predecessor`() {
    var after = Snapshot.before
    after.sandboxes[0] = after.successor(of: 0)
    after.sandboxes[0].status.network?.ip = "10.0.0.5"
    after.containers[0].sandboxID = "sandbox-web-next"
    after.containers[0].status.id = "container-next"
    let lines = Diff.changes(from: .before, to: after).map { "\($0.object) \($0.text)" }
    #expect(
      lines.sorted() == [
        "default/web attempt 0 → 1", "default/web created 2033-05-18T00:46:40Z → 2033-05-18T00:48:20Z",
        "default/web id sandbox-web → sandbox-web-next", "default/web ip 10.0.0.2 → 10.0.0.5",
        "default/web/nginx id container-web-nginx → container-next",
        "default/web/nginx sandbox sandbox-web → sandbox-web-next",
      ])
  }

  @Test func `node and runtime come first, then each pod with its containers, then images`() {
    var after = Snapshot.before
    after.images.removeFirst()
    after.containers[0].pid = 1
    after.containers[2].pid = 2
    after.sandboxes[0].status.network?.ip = ""
    after.sandboxes[1].status.runtimeHandler = ""
    after.runtime.version = "9"
    after.host.kernel = "9"
    #expect(
      Diff.changes(from: .before, to: after).map { "\($0.object)" } == [
        "node", "runtime", "default/web", "default/web/nginx", "default/proxy", "default/proxy/proxy",
        "image busybox:1",
      ])
  }

  @Test func `the diff of containerd 1.6.12's restart as text`() throws {
    let (before, after) = (
      try Snapshot.recorded("containerd-1.6.12", .before), try Snapshot.recorded("containerd-1.6.12", .after)
    )
    let lines = Diff.changes(from: before, to: after).map { "\($0.object) \($0.text)" }
    let losers = before.sandboxes.filter { $0.isReady && !$0.isHostNetwork }
    for record in losers { #expect(lines.contains("\(record.pod) ip \(record.ip) → none")) }
    #expect(lines.allSatisfy { !$0.contains("{") })
  }

  @Test func `a change as a document keeps the values unchanged`() throws {
    var after = Snapshot.before
    after.sandboxes[0].status.state = .notReady
    let change = try #require(Diff.changes(from: .before, to: after).first)
    #expect(change.json["kind"] == "changed")
    #expect(change.json["field"] == "state")
    #expect(change.json["before"] == "SANDBOX_READY" && change.json["after"] == "SANDBOX_NOTREADY")
    #expect(change.json["object"]?["pod"] == "web" && change.json["object"]?["namespace"] == "default")
    #expect(change.json["volatile"] == false)
  }
}
