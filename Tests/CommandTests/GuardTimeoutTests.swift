import CRISnapshot
import TestSupport
import Testing

@testable import CRICommands

/// The default time that `cri guard` waits.
@Suite struct GuardTimeoutTests {
  @Test(arguments: [("cri-o-1.37", 3, 120), ("cri-o-1.37", 20, 270), ("containerd-2.4", 20, 120)])
  func `CRI-O has time to wipe its pods`(runtime: String, pods: Int, seconds: Int) throws {
    var before = try Snapshot.recorded(runtime, .before)
    let ready = try #require(before.sandboxes.filter(\.isReady).first)
    before.sandboxes = Array(repeating: ready, count: pods) + before.sandboxes.filter { !$0.isReady }
    #expect(GuardCommand.timeout(for: before) == .seconds(seconds))
  }
}
