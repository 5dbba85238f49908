internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct ImagefsinfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "imagefsinfo", abstract: "Show how much disk space images use.")

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, table, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: json)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofObjects))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template for -o go-template.", valueName: "template"))
  var template: String?

  func run() async throws {
    let view = try InspectView(output, template: template, isVerbose: true)
    let context = try Context(asksImagesOnly: true)
    let response = try await response(context.client())
    try view.write([ImageFsReport(response: response)], isSingle: true, within: context.bulkTimeout)
  }

  private func response(_ client: Client) async throws(Failure) -> ImageFsInfoResponse {
    do throws(RPCError) {
      return try await client.images.imageFsInfo()
    } catch {
      throw Failure(error, client.images.endpoint)
    }
  }
}
