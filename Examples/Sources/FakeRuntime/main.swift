// Tests your own code against a simulated runtime: here, a function that counts the ready pods of a namespace.
// Usage: FakeRuntime
import CRI
import CRISimulator
import FoundationEssentials
import Glibc

/// The code to be tested.
func readyPods(in namespace: String, _ client: Client) async throws(RPCError) -> Int {
  try await client.runtime.podSandboxes().count { $0.state == .ready && $0.metadata?.namespace == namespace }
}

var failures = 0
@MainActor func expect(_ condition: Bool, _ name: String) {
  print(condition ? "ok" : "FAILED", name)
  if !condition { failures += 1 }
}

let runtime = try SimulatedRuntime(
  .pods([
    PodDescription("web", namespace: "shop", containers: [ContainerDescription("nginx")]),
    PodDescription("old", namespace: "shop", isReady: false),
    PodDescription("dns", namespace: "kube-system"),
  ]))
let socket = FileManager.default.temporaryDirectory.appending(path: "fake-\(UUID()).sock").path
try runtime.start(at: socket)
let client = Client(try Endpoint(socket), options: .init(timeout: .seconds(1)))

expect(try await readyPods(in: "shop", client) == 1, "pods that are not ready do not count")
expect(runtime.calls == ["ListPodSandbox": 1], "one call is enough")

runtime.add(PodDescription("db", namespace: "shop"))
expect(try await readyPods(in: "shop", client) == 2, "a new pod counts")

runtime.faults.failures["ListPodSandbox"] = Faults.Failure(.unavailable, "server is not initialized yet")
do {
  _ = try await readyPods(in: "shop", client)
  expect(false, "an error is not a number")
} catch {
  expect(error.isNotInitialized, "the error says that the runtime is starting")
}

runtime.faults.failures = [:]
runtime.faults.hanging = ["all"]
do {
  _ = try await readyPods(in: "shop", client)
  expect(false, "a runtime that hangs does not respond")
} catch {
  expect(error.code == .deadlineExceeded, "a hung runtime does not hang the caller")
}

runtime.faults.hanging = []
try runtime.restart([RestartLoss(.losePods)])
expect(try await readyPods(in: "shop", client) == 0, "the pods are lost after the restart")
runtime.stop()
exit(failures == 0 ? 0 : 1)
