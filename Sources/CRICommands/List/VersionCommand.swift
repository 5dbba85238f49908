internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "version", abstract: "Show the runtime's name and versions.")

  @Option(name: [.customShort("o"), .long], help: "The output format.")
  var output = OutputFormat.table

  func run() async throws {
    let version = try await response(Context().client())
    switch output {
    case .table: try StandardStream.output.write(Self.text(version))
    case .json, .yaml: try StandardStream.output.write(ListOutput.document(version, output))
    }
  }

  private func response(_ client: Client) async throws(Failure) -> VersionResponse {
    do throws(RPCError) {
      return try await client.runtime.version(VersionRequest(version: "v1"))
    } catch {
      throw Failure(error, client.endpoint)
    }
  }

  /// The text with crictl's two spaces.
  static func text(_ version: VersionResponse) -> String {
    let lines = [
      ("Version", version.version), ("RuntimeName", version.runtimeName),
      ("RuntimeVersion", version.runtimeVersion), ("RuntimeApiVersion", version.runtimeApiVersion),
    ]
    return lines.map { "\($0):  \(Sanitizer.visible($1))\n" }.joined()
  }
}
