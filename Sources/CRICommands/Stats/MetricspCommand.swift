internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct MetricspCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "metricsp", abstract: "Show pod metrics, the replacement for cAdvisor's metrics.")

  @OptionGroup var output: DocumentOutput

  func run() async throws {
    let view = try output.view()
    let context = try Context()
    let client = context.client()
    try await output.show(view, within: context.bulkTimeout) { () throws(Failure) in try await list(client) }
  }

  private func list(_ client: Client) async throws(Failure) -> ListPodSandboxMetricsResponse {
    do throws(RPCError) {
      return ListPodSandboxMetricsResponse(podMetrics: try await client.runtime.podSandboxMetrics())
    } catch {
      throw Failure(
        error, client.endpoint, unserved: .listPodSandboxMetrics,
        "newer releases of containerd and CRI-O do; see cri stats")
    }
  }
}
