internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct InfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "info", abstract: "Show the runtime's conditions and configuration.")

  @OptionGroup var output: InspectOutput

  func run() async throws {
    let view = try output.view()
    let context = try Context()
    let response = try await response(context.client(), isVerbose: view.isVerbose)
    guard let status = response.status else { throw Failure(.failed, "the runtime's response has no status") }
    try view.write([RuntimeReport(status: status, response: response)], isSingle: true, within: context.bulkTimeout)
  }

  private func response(_ client: Client, isVerbose: Bool) async throws(Failure) -> StatusResponse {
    do throws(RPCError) {
      return try await client.runtime.status(StatusRequest(verbose: isVerbose))
    } catch {
      throw Failure(error, client.endpoint)
    }
  }
}
