import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport

extension Snapshot {
  /// Returns the snapshot after a change of this kind in which nothing is lost. Recreated pods have the same paths as
  /// the old ones, but new IDs and addresses.
  static func after(_ scenario: Scenario) -> Snapshot {
    var after = after
    switch scenario {
    case .restart: break
    case .upgrade: after.runtime.version = "2.2.0"
    case .kubeletRestart: after.daemon = before.daemon
    case .wipe: after.runtime.version = "2.2.0"
    case .reboot: after.host.bootID = "boot-2"
    case .migrate: after.runtime.name = "cri-o"
    }
    if scenario.keepsObjects { return after }
    for index in 0...1 {
      after.sandboxes[index] = after.successor(of: index)
      if let address = after.sandboxes[index].status.network?.ip, !address.isEmpty {
        after.sandboxes[index].status.network?.ip = "10.0.0.102"
        after.sandboxes[index].facts.interfaces?[0].addresses = ["10.0.0.102", "fd00::2"]
      }
    }
    for index in [0, 2] {
      after.containers[index].status.id += "-next"
      after.containers[index].sandboxID += "-next"
      after.containers[index].pid = 7
      after.containers[index].status.annotations["io.kubernetes.container.restartCount"] = "1"
    }
    return after
  }
}

extension Report {
  init(_ before: Snapshot, _ after: Snapshot) { self.init(scenario: .restart, before: before, after: after) }
}
