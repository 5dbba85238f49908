// Lists the ready pods with their addresses.
// Usage: ListPods [SOCKET]     The default is the first socket on which a known runtime listens.
import CRI

let arguments = CommandLine.arguments.dropFirst()
guard let endpoint = try arguments.first.map({ try Endpoint($0) }) ?? Endpoint.listening().first else {
  fatalError("no runtime listens; specify its socket")
}
let client = Client(endpoint, options: .init(timeout: .seconds(5)))
let filter = PodSandboxFilter(state: PodSandboxStateValue(state: .ready))
for pod in try await client.runtime.podSandboxes(filter) {
  do {
    let request = PodSandboxStatusRequest(podSandboxID: pod.id)
    let network = try await client.runtime.podSandboxStatus(request).status?.network
    let addresses = [network?.ip ?? ""] + (network?.additionalIPs.map(\.ip) ?? [])
    let name = "\(pod.metadata?.namespace ?? "")/\(pod.metadata?.name ?? "")"
    print(name, addresses.filter { !$0.isEmpty }.joined(separator: ","), separator: "\t")
  } catch {
    // The pod may have been removed after the list was read.
    guard error.isNotFound else { throw error }
  }
}
