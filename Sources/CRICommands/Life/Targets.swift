internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

/// What is to be removed: some by their IDs, or all.
struct Targets: ParsableArguments {
  @Argument(help: ArgumentHelp("Their IDs, or how these begin.", valueName: "id"))
  var ids: [String] = []

  @Flag(name: [.customShort("a"), .long], help: "All of them; on a terminal it is asked first.")
  var all = false

  @OptionGroup var confirmation: Confirmation

  func validate() throws {
    if all, !ids.isEmpty { throw ValidationError("Write IDs or --all, not both") }
    if !all, ids.isEmpty { throw ValidationError("Write at least one ID, or --all") }
  }

  /// - Parameters:
  ///   - noun: what they are, in the plural.
  ///   - list: asks for the IDs of all of them.
  /// - Returns: none, where there is nothing to do, which was said then.
  func resolve(_ noun: String, of client: Client, _ list: () async throws(RPCError) -> [String]) async throws
    -> [String]
  {
    guard all else { return ids.inOrderOnce }
    let found: [String]
    do throws(RPCError) {
      found = try await list()
    } catch {
      throw Failure(error, client.endpoint)
    }
    if found.isEmpty {
      try StandardStream.error.write("cri: no \(noun) to remove\n")
    } else {
      try confirmation.ask("remove all \(found.count) \(noun) of \(client.endpoint.path)")
    }
    return found
  }
}

extension [String] {
  /// Each once, where it first stands.
  var inOrderOnce: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
