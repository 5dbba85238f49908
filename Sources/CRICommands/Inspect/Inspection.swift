internal import CRI
internal import CRICommandLine
internal import CRISystem

/// Looks at several objects at once.
struct Inspection: Sendable {
  /// What is looked at, such as `container`.
  let noun: String
  /// Where the IDs are to be found, such as `cri ps -a`.
  let list: String
  /// Whether the IDs come from a list, so that one of them may be gone, and not from the user.
  let isListed: Bool
  let output: InspectView
  /// Who is asked.
  let endpoint: Endpoint
  /// The ID of what may be called by its name.
  var resolve: @Sendable (String) async throws(Failure) -> String = { $0 }

  /// Prints what was found; tells the rest.
  /// - Parameter look: asks the runtime for one; nil where it is not there.
  func run<Report: StatusReport>(
    _ ids: [String], _ look: @escaping @Sendable (String) async throws(RPCError) -> Report?
  ) async throws {
    // What a runtime calls something is not for us to refuse.
    if !isListed { try ObjectAction.refuseEmpty(ids, noun) }
    guard !ids.isEmpty else { throw Failure(.notFound, "no \(noun) matches; see \(list)") }
    let answers = await Concurrency.map(ids) { await answer($0, look) }
    let (found, failures) = (answers.compactMap(\.report), answers.compactMap(\.failure))
    // All of them went between the list and the look.
    if found.isEmpty, failures.isEmpty { throw Failure(.notFound, "no \(noun) matches any more; see \(list)") }
    try output.write(found, isSingle: ids.count == 1)
    try report(failures)
  }

  /// A runtime that answers, and says nothing.
  static func noStatus<Request, Response>(_ method: Method<Request, Response>) -> RPCError {
    .undecodable(method: method.path(.v1), reason: "no status in the answer")
  }

  private struct Answer<Report: StatusReport> {
    var report: Report?
    var failure: Failure?
  }

  private func answer<Report: StatusReport>(
    _ id: String, _ look: @Sendable (String) async throws(RPCError) -> Report?
  ) async -> Answer<Report> {
    let object: String
    do throws(Failure) {
      object = try await resolve(id)
    } catch {
      return Answer(failure: error)
    }
    do throws(RPCError) {
      if let report = try await look(object) { return Answer(report: report) }
    } catch {
      guard error.isNotFound else { return Answer(failure: Failure(error, about: "\(noun) \(id)", endpoint)) }
    }
    return Answer(failure: isListed ? nil : Failure(.notFound, "\(noun) \(id) not found; see \(list)"))
  }

  private func report(_ failures: [Failure]) throws {
    // A runtime that is not there is not there for all of them: said once.
    var lines: [Failure] = []
    for failure in failures where !lines.contains(failure) { lines.append(failure) }
    try Failure.report(lines)
  }
}
