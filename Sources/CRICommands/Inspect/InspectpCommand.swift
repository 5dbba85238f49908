internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct InspectpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "inspectp", abstract: "Show all details of pods.",
    discussion: "The pods are given by ID or selected by options. Without either, all pods are shown.")

  @Argument(help: ArgumentHelp("IDs of pods, or unique prefixes.", valueName: "id"))
  var ids: [String] = []

  @OptionGroup var selection: PodSelection

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
      noun: "pod", list: "cri pods", isListed: ids.isEmpty, output: view, client: client, timeout: timeout,
      resolve: { (word) throws(Failure) in try await ObjectNames(client: client).pod(word) },
      otherCommand: "cri inspect",
      lists: { (id) async throws(RPCError) in
        try await client.runtime.podSandboxes(PodSandboxFilter(id: id)).contains { $0.id == id }
      })
    try await inspection.run(selected) { (client, id, isVerbose) async throws(RPCError) in
      let request = PodSandboxStatusRequest(podSandboxID: id, verbose: isVerbose)
      let response = try await client.runtime.podSandboxStatus(request, options: .within(timeout))
      guard let status = response.status else { throw Inspection.noStatus(.podSandboxStatus) }
      return PodReport(status: status, info: response.info)
    }
  }
}
