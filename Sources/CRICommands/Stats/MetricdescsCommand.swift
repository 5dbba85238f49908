internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct MetricdescsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "metricdescs", abstract: "Show the names and descriptions of the metrics that metricsp shows.")

  @OptionGroup var output: DocumentOutput

  func run() async throws {
    let view = try output.view()
    let context = try Context()
    let client = context.client()
    try await output.show(view, within: context.bulkTimeout) { () throws(Failure) in try await list(client) }
  }

  private func list(_ client: Client) async throws(Failure) -> ListMetricDescriptorsResponse {
    do throws(RPCError) {
      return try await client.runtime.listMetricDescriptors()
    } catch {
      throw Failure(
        error, client.endpoint, unserved: .listMetricDescriptors,
        "newer releases of containerd and CRI-O do; see cri stats")
    }
  }
}
