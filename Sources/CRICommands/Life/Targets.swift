internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

/// The objects to remove: those with the given IDs, or all.
struct Targets: ParsableArguments {
  @Argument(help: ArgumentHelp("IDs, or unique prefixes of IDs.", valueName: "id"))
  var ids: [String] = []

  @Flag(
    name: [.customShort("a"), .long],
    help: "Remove all that exist on this node; on a terminal, ask for confirmation first.")
  var all = false

  @OptionGroup var confirmation: Confirmation

  func validate() throws {
    if all, !ids.isEmpty { throw ValidationError("specify IDs or --all, not both") }
    if !all, ids.isEmpty { throw ValidationError("specify at least one ID, or --all") }
  }

  /// - Parameters:
  ///   - noun: The kind of object, in the plural.
  ///   - list: Asks the runtime for all IDs.
  /// - Returns: The IDs; none if there is nothing to remove, which is reported here.
  func resolve(_ noun: String, of client: Client, _ list: () async throws(RPCError) -> [String]) async throws
    -> [String]
  {
    guard all else { return ids.withoutDuplicates }
    let found: [String]
    do throws(RPCError) {
      found = try await list()
    } catch {
      throw Failure(error, client.endpoint)
    }
    if found.isEmpty {
      let message = Crictl.words("No \(noun) to remove", or: "no \(noun) to remove")
      try StandardStream.error.write(Failure(.done, message).line)
    } else {
      try confirmation.ask("remove all \(found.count) \(noun) on \(client.endpoint.path)")
    }
    return found
  }
}

extension [String] {
  /// Each element once, at its first position.
  var withoutDuplicates: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
