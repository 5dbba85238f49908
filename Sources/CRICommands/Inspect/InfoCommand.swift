internal import ArgumentParser
internal import CRI

struct InfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "info", abstract: "Show the runtime's conditions and configuration.")

  @OptionGroup var output: InspectOutput

  func run() async throws {
    let answer = try await answer(Context().client())
    guard let status = answer.status else { throw Failure(.failed, "the runtime's answer has no status") }
    try output.write([RuntimeReport(status: status, answer: answer)], isSingle: true)
  }

  private func answer(_ client: Client) async throws(Failure) -> StatusResponse {
    do throws(RPCError) {
      return try await client.runtime.status(StatusRequest(verbose: !output.quiet))
    } catch {
      throw Failure(error)
    }
  }
}
