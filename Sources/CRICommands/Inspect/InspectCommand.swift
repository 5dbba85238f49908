internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "inspect", abstract: "Show all details of containers.",
    discussion:
      "The containers are given by ID or selected by options. Without either, all running containers are shown.")

  @Argument(help: ArgumentHelp("IDs of containers, or unique prefixes.", valueName: "id"))
  var ids: [String] = []

  @OptionGroup var selection: ContainerSelection

  @OptionGroup var output: InspectOutput

  func validate() throws {
    if !ids.isEmpty, selection.isGiven {
      throw ValidationError("specify either IDs or selection options, such as --name")
    }
  }

  func run() async throws {
    let query = try selection.query()
    let view = try output.view()
    let context = try Context()
    let client = context.client()
    let timeout = ids.count == 1 ? context.callTimeout : context.bulkTimeout
    let selected = ids.isEmpty ? try await query.run(client).map(\.id) : ids
    let inspection = Inspection(
      noun: "container", list: "cri ps -a", isListed: ids.isEmpty, output: view, client: client, timeout: timeout,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).container(word) },
      otherCommand: "cri inspectp",
      lists: { (id) async throws(RPCError) in
        try await client.runtime.containers(ContainerFilter(id: id)).contains { $0.id == id }
      })
    try await inspection.run(selected) { (client, id, isVerbose) async throws(RPCError) in
      let request = ContainerStatusRequest(containerID: id, verbose: isVerbose)
      let response = try await client.runtime.containerStatus(request, options: .within(timeout))
      guard let status = response.status else { throw Inspection.noStatus(.containerStatus) }
      return ContainerReport(status: status, info: response.info, now: Kernel.now)
    }
  }
}
