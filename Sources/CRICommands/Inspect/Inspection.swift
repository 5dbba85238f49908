internal import CRI
internal import CRICommandLine
internal import CRISystem

/// Inspects several objects in parallel.
struct Inspection: Sendable {
  /// The kind of object, such as `container`.
  let noun: String
  /// The command that lists the IDs, such as `cri ps -a`.
  let list: String
  /// Whether the IDs come from a list rather than from the user, so an object may have been removed since.
  let isListed: Bool
  let output: InspectView
  /// The client that makes the calls.
  let client: Client
  /// The timeout of one call.
  let timeout: Duration
  /// Finds the ID of an object that may be specified by its name.
  var resolve: @Sendable (String) async throws(Failure) -> String = { $0 }
  /// The same command for objects of the other kind, such as `cri inspectp`; nil if IDs cannot be confused.
  var otherCommand: String?
  /// Whether the runtime lists an object with this ID now; nil if its list has no IDs.
  var lists: (@Sendable (String) async throws(RPCError) -> Bool)?

  /// Prints the reports; failures go to standard error.
  /// - Parameter fetch: Asks the runtime for one object; nil if it does not exist.
  func run<Report: StatusReport>(
    _ ids: [String],
    _ fetch: @escaping @Sendable (Client, String, _ isVerbose: Bool) async throws(RPCError) -> Report?
  ) async throws {
    // Any ID from the runtime is accepted.
    if !isListed { try ObjectAction.refuseEmpty(ids, noun) }
    if ids.isEmpty { try Crictl.endWithEmptySelection(noun) }
    guard !ids.isEmpty else { throw Failure(.notFound, "no \(noun) matches; see \(list)") }
    let bounded = client.sharing(client.budgetForDetails(retainedPerResponse: 4 << 10, timeout: timeout))
    let results = await Concurrency.map(ids) {
      await result($0) { (id, isVerbose) throws(RPCError) in try await fetch(bounded, id, isVerbose) }
    }
    var found: [Report] = []
    var failures: [Failure] = []
    for result in results {
      switch result {
      case .report(let report): found.append(report)
      case .failure(let failure): failures.append(failure)
      case .nothing: break
      }
    }
    // All of them were removed after the list was read.
    if found.isEmpty, failures.isEmpty { throw Failure(.notFound, "no \(noun) matches; see \(list)") }
    try output.write(found, isSingle: ids.count == 1, within: timeout)
    try report(failures)
  }

  /// The error for a response without a status.
  static func noStatus<Request, Response>(_ method: Method<Request, Response>) -> RPCError {
    .undecodable(method: method.path(.v1), reason: "the response has no status")
  }

  /// Indirect, because a report is large and most results may have none.
  private indirect enum Outcome<Report: StatusReport> {
    case report(Report)
    case failure(Failure)
    case nothing
  }

  private func result<Report: StatusReport>(
    _ id: String, _ fetch: @Sendable (String, _ isVerbose: Bool) async throws(RPCError) -> Report?
  ) async -> Outcome<Report> {
    let object: String
    do throws(Failure) {
      object = try await resolve(id)
    } catch {
      return .failure(error)
    }
    do throws(RPCError) {
      if let report = try await existing(object, fetch) { return .report(report) }
    } catch {
      guard error.isNotFound else { return .failure(Failure(error, about: "\(noun) \(id)", client.endpoint)) }
      return .failure(
        Failure(.failed, "\(noun) \(id): the runtime lists it, but has no status for it: \(error)"))
    }
    if isListed { return .nothing }
    guard let otherCommand else { return .failure(Failure(.notFound, "\(noun) \(id) not found; see \(list)")) }
    return .failure(await WrongKindHint(client: client, noun: noun, command: otherCommand).notFound(id, list))
  }

  /// Asks for an object. If the runtime has lost a part of it, only the status without `verbose` or only the entry in
  /// the list may be available.
  /// - Returns: nil if it does not exist.
  /// - Throws: NOT_FOUND if the runtime lists the object but has no status for it.
  private func existing<Report: StatusReport>(
    _ id: String, _ fetch: @Sendable (String, _ isVerbose: Bool) async throws(RPCError) -> Report?
  ) async throws(RPCError) -> Report? {
    do throws(RPCError) { return try await fetch(id, output.isVerbose) } catch {
      guard error.isNotFound else { throw error }
      guard let lists, (try? await lists(id)) == true else { return nil }
      guard output.isVerbose else { throw error }
      let report = try await fetch(id, false)
      try? StandardStream.error.write(
        Failure(.done, "\(noun) \(id): only the status is known: \(error)").line)
      return report
    }
  }

  private func report(_ failures: [Failure]) throws {
    // If the runtime is unreachable, all objects fail in the same way, so each failure is printed only once.
    var known: Set<Failure> = []
    let lines = failures.filter { known.insert($0).inserted }
    try Failure.report(lines)
  }
}
