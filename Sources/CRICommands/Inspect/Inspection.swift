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
  let client: Client
  /// How long one answer may take.
  let timeout: Duration
  /// The ID of what may be called by its name.
  var resolve: @Sendable (String) async throws(Failure) -> String = { $0 }

  /// Prints what was found; tells the rest.
  /// - Parameter look: asks the runtime for one; nil where it is not there.
  func run<Report: StatusReport>(
    _ ids: [String], _ look: @escaping @Sendable (Client, String) async throws(RPCError) -> Report?
  ) async throws {
    // What a runtime calls something is not for us to refuse.
    if !isListed { try ObjectAction.refuseEmpty(ids, noun) }
    guard !ids.isEmpty else { throw Failure(.notFound, "no \(noun) matches; see \(list)") }
    let bounded = client.sharing(client.budgetForDetails(keptPerAnswer: 4 << 10, timeout: timeout))
    let answers = await Concurrency.map(ids) {
      await answer($0) { (id) throws(RPCError) in try await look(bounded, id) }
    }
    var found: [Report] = []
    var failures: [Failure] = []
    for answer in answers {
      switch answer {
      case .report(let report): found.append(report)
      case .failure(let failure): failures.append(failure)
      case .nothing: break
      }
    }
    // All of them went between the list and the look.
    if found.isEmpty, failures.isEmpty { throw Failure(.notFound, "no \(noun) matches any more; see \(list)") }
    try output.write(found, isSingle: ids.count == 1, within: timeout)
    try report(failures)
  }

  /// A runtime that answers, and says nothing.
  static func noStatus<Request, Response>(_ method: Method<Request, Response>) -> RPCError {
    .undecodable(method: method.path(.v1), reason: "no status in the answer")
  }

  /// Indirect: a report is large, and most of very many answers may be none.
  private indirect enum Answer<Report: StatusReport> {
    case report(Report)
    case failure(Failure)
    case nothing
  }

  private func answer<Report: StatusReport>(
    _ id: String, _ look: @Sendable (String) async throws(RPCError) -> Report?
  ) async -> Answer<Report> {
    let object: String
    do throws(Failure) {
      object = try await resolve(id)
    } catch {
      return .failure(error)
    }
    do throws(RPCError) {
      if let report = try await look(object) { return .report(report) }
    } catch {
      guard error.isNotFound else { return .failure(Failure(error, about: "\(noun) \(id)", client.endpoint)) }
    }
    return isListed ? .nothing : .failure(Failure(.notFound, "\(noun) \(id) not found; see \(list)"))
  }

  private func report(_ failures: [Failure]) throws {
    // A runtime that is not there is not there for all of them: said once.
    var known: Set<Failure> = []
    let lines = failures.filter { known.insert($0).inserted }
    try Failure.report(lines)
  }
}
