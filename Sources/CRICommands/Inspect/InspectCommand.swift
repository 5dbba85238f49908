internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "inspect", abstract: "Show everything about containers.",
    discussion:
      "Of the IDs, or of the containers that the options select; without either, of all running ones.")

  @Argument(help: ArgumentHelp("The container's ID, or how it begins.", valueName: "id"))
  var ids: [String] = []

  @OptionGroup var selection: ContainerSelection

  @OptionGroup var output: InspectOutput

  func validate() throws {
    if !ids.isEmpty, selection.isGiven { throw ValidationError("Give IDs or options that select, not both") }
  }

  func run() async throws {
    let query = try selection.query()
    let view = try output.view()
    let context = try Context()
    let client = context.client()
    let timeout = ids.count == 1 ? context.answerTimeout : context.patience
    let wanted = ids.isEmpty ? try await query.run(client).map(\.id) : ids
    let inspection = Inspection(
      noun: "container", list: "cri ps -a", isListed: ids.isEmpty, output: view, client: client, timeout: timeout,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).container(word) })
    try await inspection.run(wanted) { [isVerbose = view.isVerbose] (client, id) async throws(RPCError) in
      let request = ContainerStatusRequest(containerID: id, verbose: isVerbose)
      let answer = try await client.runtime.containerStatus(request, timeout: timeout)
      guard let status = answer.status else { throw Inspection.noStatus(.containerStatus) }
      return ContainerReport(status: status, info: answer.info, now: Kernel.now)
    }
  }
}
