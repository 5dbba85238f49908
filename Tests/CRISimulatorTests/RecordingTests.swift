import CRIGRPC
import CRIJSON
import CRIMessages
import CRIProtobuf
import CRISimulator
import CRISystem
import Foundation
import TestSupport
import Testing

@Suite struct RecordingTests {
  @Test(arguments: Recording.runtimes)
  func `every recorded response is served unchanged`(runtime: String) async throws {
    let served = try ServedRuntime(.recording(Recording.path(runtime, .before)))
    let calls = try Recording(runtime, .before).calls
    #expect(calls.count > 30)
    for call in calls {
      #expect(try await Reply(served.channel, call) == Reply(call), "\(call.name)")
    }
  }

  @Test(arguments: Recording.runtimes)
  func `a state file contains the complete recording`(runtime: String) async throws {
    var options = SimulatedRuntime.Options()
    options.statePath = ServedRuntime.temporaryPath("state")
    defer { try? File.remove(options.statePath ?? "") }
    do {
      _ = try ServedRuntime(.recording(Recording.path(runtime, .before)), options: options)
    }
    // The source is ignored, because the state file exists.
    let again = try ServedRuntime(.recording("/nowhere"), options: options)
    for call in try Recording(runtime, .before).calls {
      #expect(try await Reply(again.channel, call) == Reply(call), "\(call.name)")
    }
  }

  /// The expected responses are those of containerd 1.6.12 after its restart (containerd#7843).
  @Test func `losing IPs gives the responses of containerd 1.6.12 after its restart`() async throws {
    var options = SimulatedRuntime.Options()
    options.onRestart = [RestartLoss(.loseIPs)]
    let served = try ServedRuntime(.recording(Recording.path("containerd-1.6.12", .before)), options: options)
    try served.restart()
    var compared: [String: Int] = [:]
    // Resource usage and times vary.
    let volatile = ["ListContainerStats", "ListPodSandboxStats", "ImageFsInfo", "List"]
    for call in try Recording("containerd-1.6.12", .after).calls where !volatile.contains(call.name) {
      #expect(try await Reply(served.channel, call) == Reply(call), "\(call.name)")
      compared[call.name, default: 0] += 1
    }
    #expect(compared["PodSandboxStatus"] == 9)
    #expect(compared["ListPodSandbox"] == 1)
    #expect(compared["ContainerStatus"] == 9)
  }

  /// Before the restart, the addresses are missing from containerd's record on disk, although the CRI still returns
  /// them.
  @Test(arguments: [("containerd-1.6.20", 0), ("containerd-1.6.12", 2)])
  func `the addresses are missing on disk before the restart`(runtime: String, lost: Int) async throws {
    let addresses = /"NetNSPath":"[^"]*","IP":"10\.42\.0\.\d+"/
    let list = "/containerd.services.containers.v1.Containers/List"
    let recording = try ServedRuntime(.recording(Recording.path(runtime, .before)))
    let recorded = String(decoding: try await recording.channel.unary(list, []), as: UTF8.self)
    // The stopped pod has lost its address too, and the pod on the node's network never had one.
    #expect(recorded.matches(of: addresses).count == (lost == 0 ? 3 : 0))

    var options = SimulatedRuntime.Options()
    options.onRestart = [RestartLoss(.loseIPs, pod: "p-web")]
    let losing = try ServedRuntime(.recording(Recording.path(runtime, .before)), options: options)
    let simulated = String(decoding: try await losing.channel.unary(list, []), as: UTF8.self)
    #expect(simulated.matches(of: addresses).count == 1)
  }

  @Test func `an invalid recording is reported with its line`() throws {
    let path = ServedRuntime.temporaryPath("jsonl")
    try File.writeAtomically(Array("{\"method\": \"/a/b\", \"code\": 0}\n{\"code\": 0}\n".utf8), to: path)
    defer { try? File.remove(path) }
    let error = #expect(throws: SimulatorError.self) { try SimulatedRuntime(.recording(path)) }
    #expect(error?.description == "\(path): line 2: not a recorded call")
  }
}
