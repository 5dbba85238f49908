import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

/// Pods that are attached to several networks.
extension RuleCase {
  static let interfaces: [RuleCase] = [
    .fires(
      "pod.network-gone", "two interfaces were deleted, and both are named", "ok", "net1 does not exist; net2 is down"
    ) { before, after in
      addNetworks(&before, &after)
      attach(&after, without: "net1", down: "net2")
    },
    .fires("pod.network-gone", "another interface was already gone before", "ok", "net2 does not exist") {
      addNetworks(&$0, &$1)
      attach(&$0, without: "net1")
      attach(&$1, without: "net2")
    },
    .staysSilent("pod.network-gone", "the same interface was already gone before") {
      addNetworks(&$0, &$1)
      attach(&$0, without: "net1")
      attach(&$1, without: "net1")
    },
    .fires("pod.network-gone", "the runtime has lost the address, and another interface is gone") { before, after in
      addNetworks(&before, &after)
      after.sandboxes[0].status.network = PodSandboxNetworkStatus()
      attach(&after, without: "net1")
    },
  ]

  /// The pod is attached to two more networks.
  private static func addNetworks(_ before: inout Snapshot, _ after: inout Snapshot) {
    addObservations(&before, &after)
    let cache = [
      CNICacheEntry(network: "n", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"]),
      CNICacheEntry(network: "m", interface: "net1", addresses: ["192.168.0.1"]),
      CNICacheEntry(network: "o", interface: "net2", addresses: ["192.168.0.2"]),
    ]
    before.sandboxes[0].observed?.cache = .known(cache)
    after.sandboxes[0].observed?.cache = .known(cache)
    attach(&before)
    attach(&after)
  }

  private static func attach(_ snapshot: inout Snapshot, without absent: String = "", down: String = "") {
    let others = [1, 2].map { number in
      ObservedInterface(
        name: "net\(number)", index: UInt32(number) + 2, isUp: down != "net\(number)",
        addresses: [IPAddress("192.168.0.\(number)")].compactMap { $0 }.map { InterfaceAddress($0, prefixLength: 24) })
    }
    let first = (snapshot.sandboxes[0].observed?.interfaces?.value ?? []).filter { $0.name == "eth0" }
    snapshot.sandboxes[0].observed?.interfaces = .known((first + others).filter { $0.name != absent })
  }
}
