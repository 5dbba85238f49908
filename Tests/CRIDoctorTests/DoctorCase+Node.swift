import CRIDoctor
import CRIMessages
import CRIPreflight
import CRISnapshot
import TestSupport

extension DoctorCase {
  private static func lease(_ number: Int, owner: String) -> HostLocalLease {
    HostLocalLease(network: "pods", address: "10.0.0.\(number)", owner: owner)
  }

  static let network: [DoctorCase] = [
    .fires("D32", "the runtime has lost the address", ["default/web"]) {
      $0.snapshot.sandboxes[0].status.network = PodSandboxNetworkStatus()
    },
    .fires("D32", "the namespace is gone", ["default/web"]) {
      $0.snapshot.sandboxes[0].observed?.namespace = .known(.missing)
    },
    .staysSilent("D32", "all sources agree"),
    .unchecked("D32", "the namespace is not readable") {
      $0.snapshot.sandboxes[0].observed?.namespace = .unknown("no")
    },
    .unchecked("D32", "the sandboxes are unknown") { $0.unlistedSandboxes = "no" },

    .fires("D33", "another sandbox has the lease", ["default/web"]) {
      $0.snapshot.sandboxes[0].observed?.leases = .known([lease(2, owner: "other")])
    },
    .fires("D33", "the CNI cache lacks its entry, but has those of others", ["default/web"]) {
      $0.snapshot.sandboxes[1].observed = ObservedSandbox(cache: $0.snapshot.sandboxes[0].observed?.cache)
      $0.snapshot.sandboxes[0].observed?.cache = .known([])
    },
    .staysSilent("D33", "no pod has an entry in the CNI cache") {
      $0.snapshot.sandboxes[0].observed?.cache = .known([])
    },
    .staysSilent("D33", "all sources agree"),

    .fires("D34", "the runtime says so", ["runtime"]) { $0.setCondition("NetworkReady", reason: "NoPlugin") },
    .staysSilent("D34", "the network is ready"),
    .unchecked("D34", "the status is unknown") { $0.unreadStatus = "no" },

    .fires("D35", "an empty directory", ["node"]) { $0.node.networkConfigurations = .known([]) },
    .staysSilent("D35", "a configuration exists"),
    .staysSilent("D35", "the runtime does not use CNI") {
      $0.snapshot.runtime.name = "docker"
      $0.node.networkConfigurations = .known([])
    },
    .unchecked("D35", "the directory is not readable") { $0.node.networkConfigurations = .unknown("no") },

    .fires("D36", "a file without a network", ["node"]) {
      $0.damagedConfigurations = .known(["/etc/cni/net.d/10.conf"])
    },
    .staysSilent("D36", "all files are configurations"),
    .unchecked("D36", "the directory is not readable") { $0.damagedConfigurations = .unknown("no") },

    .fires("D37", "bridge is missing", ["node"]) {
      $0.node.missingPlugins = .known([.pluginMissing("bridge", directories: ["/opt/cni/bin"])])
    },
    .staysSilent("D37", "all plugins exist"),
    .unchecked("D37", "the directory is not readable") { $0.node.missingPlugins = .unknown("no") },

    .fires("D53", "runc is missing", ["runtime"]) { $0.node.missingPrograms = .known(["runc"]) },
    .staysSilent("D53", "runc exists"),
    .unchecked("D53", "the daemon's PATH is unknown") { $0.node.missingPrograms = .unknown("no") },

    .fires("D38", "its sandbox is gone", ["node"]) {
      $0.leases = .known([lease(2, owner: "sandbox-web"), lease(3, owner: "gone")])
    },
    .staysSilent("D38", "all leases have an owner"),
    .staysSilent("D38", "the pod may still be created") {
      $0.leases = .known([lease(3, owner: "x")])
      $0.youngLeases = ["10.0.0.3"]
    },
    .staysSilent("D38", "the details of the owner are unknown") {
      $0.leases = .known([lease(3, owner: "x")])
      $0.snapshot.unchecked = [.details(ObjectName(.pod, id: "x"), "no")]
    },
    .staysSilent("D38", "the owner belongs to another runtime, whose shim runs") {
      $0.leases = .known([lease(3, owner: "other")])
      $0.supervised = ["other"]
    },
    .unchecked("D38", "the owner may belong to another runtime") {
      $0.leases = .known([lease(3, owner: "other")])
      $0.otherRuntime = "/run/crio/crio.sock"
    },
    .staysSilent("D38", "all leases have an owner, and there is another runtime") {
      $0.otherRuntime = "/run/crio/crio.sock"
    },
    .unchecked("D38", "the leases are not readable") { $0.leases = .unknown("no") },
    .unchecked("D38", "the sandboxes are unknown") { $0.unlistedSandboxes = "no" },

    .fires("D39", "228 of 253 addresses", ["node"]) {
      $0.leases = .known((2..<230).map { lease($0, owner: "sandbox-web") })
    },
    .staysSilent("D39", "227 of 253 addresses") {
      $0.leases = .known((2..<229).map { lease($0, owner: "sandbox-web") })
    },
    .fires("D39", "a range of ten addresses", ["node"]) { facts in
      facts.addressPools = .known(
        [Subnet("10.0.0.0/24")].compactMap { $0 }.map {
          AddressPool(network: "pods", subnet: $0, first: IPAddress("10.0.0.10"), last: IPAddress("10.0.0.19"))
        })
      facts.leases = .known((10..<19).map { lease($0, owner: "sandbox-web") })
    },
    .fires("D39", "a range that has just been used up", ["node"]) { facts in
      let leases = (2..<255).map { lease($0, owner: "sandbox-web") }
      (facts.leases, facts.youngLeases) = (.known(leases), Set(leases.map(\.address)))
    },
    .unchecked("D39", "the leases are not readable") { $0.leases = .unknown("no") },
    .unchecked("D39", "the ranges are unknown") { $0.addressPools = .unknown("no") },

    .fires("D40", "no sandbox uses it", ["node"]) { $0.namespaces = .known(["/run/netns/web", "/run/netns/cni-1"]) },
    .staysSilent("D40", "the runtime has another path to the same directory") {
      $0.namespaces = .known(["/var/run/netns/web"])
    },
    .unchecked("D40", "it may belong to another runtime") {
      $0.namespaces = .known(["/run/netns/cni-1"])
      $0.otherRuntime = "/run/crio/crio.sock"
    },
    .unchecked("D40", "the details of a sandbox are unknown") {
      $0.snapshot.unchecked = [.details(ObjectName(.pod, id: "x"), "no")]
    },
  ]

  static let host: [DoctorCase] = [
    .fires("D41", "a shim and the runtime", ["default/web", "runtime"]) {
      $0.blocked = .known([
        RunningProcess(pid: 900, name: "containerd-shim", state: "D", waitChannel: "nfs_wait", id: "sandbox-web"),
        RunningProcess(pid: 100, name: "containerd", state: "D"),
      ])
    },
    .staysSilent("D41", "none"),
    .unchecked("D41", "processes are not visible") { $0.blocked = .unknown("no") },

    .fires("D42", "14.9 % for images", ["node"]) {
      $0.fileSystems = .known([FileSystemUse(purpose: .images, path: "/i", size: 1000, available: 149)])
    },
    .staysSilent("D42", "15 % for images, 10 % for the node") {
      $0.fileSystems = .known([
        FileSystemUse(purpose: .images, path: "/i", size: 1000, available: 150),
        FileSystemUse(purpose: .node, path: "/n", size: 1000, available: 100),
      ])
    },
    .fires("D42", "9.9 % for the node", ["node"]) {
      $0.fileSystems = .known([FileSystemUse(purpose: .node, path: "/n", size: 1000, available: 99)])
    },
    .staysSilent("D42", "kubelet has no threshold") {
      $0.fileSystems = .known([FileSystemUse(purpose: .images, path: "/i", size: 1000, available: 1)])
      $0.evictionThresholds.available[.images] = nil
    },
    .fires("D42", "kubelet's own threshold", ["node"]) {
      $0.fileSystems = .known([FileSystemUse(purpose: .node, path: "/n", size: 1000, available: 299)])
      $0.evictionThresholds.available[.node] = .amount(300)
    },
    .unchecked("D42", "the file systems are unknown") { $0.fileSystems = .unknown("no") },

    .fires("D43", "4 % are free", ["node"]) {
      $0.fileSystems = .known([
        FileSystemUse(purpose: .images, path: "/i", size: 1000, available: 900, inodes: 100, freeInodes: 4)
      ])
    },
    .staysSilent("D43", "5 % are free, or there is no limit") {
      $0.fileSystems = .known([
        FileSystemUse(purpose: .images, path: "/i", size: 1000, available: 900, inodes: 100, freeInodes: 5),
        FileSystemUse(purpose: .node, path: "/n", size: 1000, available: 900),
      ])
    },
    .unchecked("D43", "the file systems are unknown") { $0.fileSystems = .unknown("no") },

    .fires("D44", "no block is free", ["node"]) {
      $0.node.recordSpace = .known(RecordSpace(directory: "/r", blocks: 0, inodes: 9))
    },
    .fires("D44", "two blocks for four containers", ["node"]) {
      $0.node.recordSpace = .known(RecordSpace(directory: "/r", blocks: 2, inodes: nil))
    },
    .staysSilent("D44", "there is space"),
    .unchecked("D44", "the space is unknown") { $0.node.recordSpace = .unknown("no") },

    .fires("D45", "it was removed", ["image pause:3"]) { $0.snapshot.images.remove(at: 1) },
    .staysSilent("D45", "it exists"),
    .unchecked("D45", "the images are unknown") { $0.snapshot.unchecked = [.images("no")] },

    .fires("D46", "it is not pinned", ["image pause:3"]) { $0.snapshot.images[1].pinned = false },
    .staysSilent("D46", "it is pinned"),
    .unchecked("D46", "the images are unknown") { $0.snapshot.unchecked = [.images("no")] },

    .fires("D47", "it was removed", ["default/web/nginx", "default/proxy/proxy"]) { $0.snapshot.images.remove(at: 0) },
    .staysSilent("D47", "another image was removed") { $0.snapshot.images.remove(at: 2) },
    .unchecked("D47", "the images are unknown") { $0.snapshot.unchecked = [.images("no")] },

    .fires("D48", "a pod was created in the future", ["default/web"]) {
      $0.snapshot.sandboxes[0].status.createdAt = $0.time(secondsAgo: -1)
    },
    .staysSilent("D48", "all pods are older"),
    .unchecked("D48", "the sandboxes are unknown") { $0.unlistedSandboxes = "no" },

    .fires("D49", "its sandbox is gone", ["node"]) {
      $0.mounts = .known([ObjectPath(id: "gone", path: "/k8s.io/gone/rootfs")])
    },
    .fires("D49", "those of two sandboxes", ["node"]) {
      $0.mounts = .known(["a", "b"].map { ObjectPath(id: $0, path: "/k8s.io/\($0)/rootfs") })
    },
    .staysSilent("D49", "its sandbox exists"),
    .staysSilent("D49", "this was not requested") { $0.mounts = nil },
    .unchecked("D49", "the mounts are not readable") { $0.mounts = .unknown("no") },

    .fires("D50", "its sandbox is gone", ["node"]) {
      $0.cgroups = .known([ObjectPath(id: "gone", path: "/kubepods/gone")])
    },
    .staysSilent("D50", "its sandbox exists"),
    .staysSilent("D50", "this was not requested") { $0.cgroups = nil },
    .unchecked("D50", "the cgroups are not readable") { $0.cgroups = .unknown("no") },
  ]
}
