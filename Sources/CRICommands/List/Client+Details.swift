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

extension Client {
  /// Asks for each of many objects of a list, all over one connection.
  /// - Parameter noun: what they are, such as `pod`.
  func details<Facts: Sendable>(
    of noun: String, _ ids: [String], _ look: @escaping @Sendable (String) async throws(RPCError) -> Facts?
  ) async -> Answers<Facts> {
    let results = await Concurrency.map(ids) { (id) -> Result<Facts?, RPCError> in
      do throws(RPCError) { return .success(try await look(id)) } catch { return .failure(error) }
    }
    var answers = Answers<Facts>()
    for (id, result) in zip(ids, results) {
      switch result {
      case .success(let facts): answers.found[id] = facts
      case .failure(let error) where error.isNotFound: break
      case .failure(let error):
        let failure = Failure(error, about: "\(noun) \(id)", endpoint)
        if !answers.failures.contains(failure) { answers.failures.append(failure) }
      }
    }
    return answers
  }
}

extension Failure {
  /// Ends a command with what went wrong with some of many, after what could be done is done.
  static func report(_ failures: [Failure]) throws {
    guard let last = failures.last else { return }
    for failure in failures.dropLast() { try StandardStream.error.write(failure.line) }
    throw Failure(failures.allSatisfy { $0.code == last.code } ? last.code : .failed, last.message)
  }
}
