internal import CRI
internal import CRICommandLine
internal import CRISystem

/// What was said of each of many objects.
struct Answers<Facts: Sendable>: Sendable {
  /// By ID; those that are gone since are not in it.
  var found: [String: Facts] = [:]
  /// Each once: what is wrong with the runtime is so for all of them.
  var failures: [Failure] = []
}

/// Indirect: facts are large, and most of very many looks may fail.
private indirect enum Look<Facts: Sendable>: Sendable {
  case facts(Facts?)
  case failure(RPCError)
}

extension Client {
  /// Asks for each of many objects of a list, all over one connection.
  /// - Parameters:
  ///   - noun: what they are, such as `pod`.
  ///   - timeout: for one of them; nil: the client's own.
  ///   - look: asks the client that it is given, which bounds all answers together.
  func details<Facts: Sendable>(
    of noun: String, _ ids: [String], timeout: Duration? = nil,
    _ look: @escaping @Sendable (Client, String) async throws(RPCError) -> Facts?
  ) async -> Answers<Facts> {
    let bounded = sharing(budgetForDetails(keptPerAnswer: 512, timeout: timeout))
    let results = await Concurrency.map(ids) { (id) -> Look<Facts> in
      do throws(RPCError) { return .facts(try await look(bounded, id)) } catch { return .failure(error) }
    }
    var answers = Answers<Facts>()
    var known: Set<Failure> = []
    for (id, result) in zip(ids, results) {
      switch result {
      case .facts(let facts): answers.found[id] = facts
      case .failure(let error) where error.isNotFound: break
      case .failure(let error):
        let failure = Failure(error, about: "\(noun) \(id)", endpoint)
        if known.insert(failure).inserted { answers.failures.append(failure) }
      }
    }
    return answers
  }
}

extension Failure {
  private static let mostNamed = 20

  /// Ends a command with what went wrong with some of many, after what could be done is done.
  ///
  /// Of very many, only the first ones are named.
  static func report(_ failures: [Failure]) throws {
    guard let last = failures.last else { return }
    let named = failures.dropLast().prefix(mostNamed)
    for failure in named { try StandardStream.error.write(failure.line) }
    let others = failures.count - 1 - named.count
    if others > 0 { try StandardStream.error.write(Failure(last.code, "\(others) more failed").line) }
    throw Failure(failures.allSatisfy { $0.code == last.code } ? last.code : .failed, last.message)
  }
}
