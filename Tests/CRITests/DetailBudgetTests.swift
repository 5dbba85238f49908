import CRI
import CRIGRPC
import CRIMessages
import CRIProtobuf
import TestSupport
import Testing

/// The memory that the details of all objects in a list may take together.
@Suite struct DetailBudgetTests {
  /// 5,000 pods and 10,000 containers, as described by real runtimes.
  @Test(arguments: Recording.runtimes) func `the details of a large node are within the limit`(name: String) throws {
    // The memory that a snapshot keeps for each object besides its status.
    let budget = Client(try Endpoint("/run/x.sock")).budgetForDetails(retainedPerResponse: 3 << 10)
    let calls = try Recording(name, .before).calls
    let pods = calls.filter { $0.name == "PodSandboxStatus" && $0.hasSucceeded }
    let containers = calls.filter { $0.name == "ContainerStatus" && $0.hasSucceeded }
    try #require(!pods.isEmpty && !containers.isEmpty)
    for number in 0..<5000 {
      let call = pods[number % pods.count]
      let _: PodSandboxStatusResponse = try budget.decode(call.response, method: call.method, deadline: nil)
    }
    for number in 0..<10_000 {
      let call = containers[number % containers.count]
      let _: ContainerStatusResponse = try budget.decode(call.response, method: call.method, deadline: nil)
    }
  }

  /// The same number of responses with almost no content is rejected.
  @Test func `thousands of nearly empty details are over the limit`() throws {
    let budget = Client(try Endpoint("/run/x.sock")).budgetForDetails(retainedPerResponse: 3 << 10)
    let bytes = ContainerStatusResponse(status: ContainerStatus(id: "x")).encode()
    #expect(throws: RPCError.self) {
      for _ in 0..<10_000 {
        let _: ContainerStatusResponse = try budget.decode(bytes, method: "/x", deadline: nil)
      }
    }
  }
}
