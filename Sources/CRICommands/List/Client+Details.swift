internal import CRI
internal import CRICommandLine
internal import CRISystem

/// The results of one call for each of many objects.
struct DetailResults<Facts: Sendable>: Sendable {
  /// The facts by ID; removed objects are missing.
  var found: [String: Facts] = [:]
  /// Each failure once, because a problem of the runtime affects all objects.
  var failures: [Failure] = []
}

/// Indirect, because facts are large, and if there are very many calls, most of them may fail.
private indirect enum Outcome<Facts: Sendable>: Sendable {
  case facts(Facts?)
  case failure(RPCError)
}

extension Client {
  /// Asks for the details of each object in a list, over one connection.
  /// - Parameters:
  ///   - noun: The kind of object, such as `pod`.
  ///   - timeout: The timeout of one call; nil for that of the client.
  ///   - fetch: Makes the calls with the client that it receives, which limits all responses together.
  func details<Facts: Sendable>(
    of noun: String, _ ids: [String], timeout: Duration? = nil,
    _ fetch: @escaping @Sendable (Client, String) async throws(RPCError) -> Facts?
  ) async -> DetailResults<Facts> {
    let bounded = sharing(budgetForDetails(retainedPerResponse: 512, timeout: timeout))
    let outcomes = await Concurrency.map(ids) { (id) -> Outcome<Facts> in
      do throws(RPCError) { return .facts(try await fetch(bounded, id)) } catch { return .failure(error) }
    }
    var results = DetailResults<Facts>()
    results.found.reserveCapacity(outcomes.count)
    var known: Set<Failure> = []
    for (id, result) in zip(ids, outcomes) {
      switch result {
      case .facts(let facts): results.found[id] = facts
      case .failure(let error) where error.isNotFound: break
      case .failure(let error):
        let failure = Failure(error, about: "\(noun) \(id)", endpoint)
        if known.insert(failure).inserted { results.failures.append(failure) }
      }
    }
    return results
  }
}

extension Failure {
  /// Prints the failures of some of many objects and ends the command with their code, after the rest is done.
  ///
  /// If there are very many failures, only the first ones are printed.
  static func report(_ failures: [Failure]) throws {
    guard let last = failures.last else { return }
    let printed = failures.dropLast().prefix(WarningList.maximum)
    for failure in printed { try StandardStream.error.write(failure.line) }
    let others = failures.count - 1 - printed.count
    if others > 0 { try StandardStream.error.write(Failure(last.code, "\(others) more failed").line) }
    throw Failure(failures.allSatisfy { $0.code == last.code } ? last.code : .failed, last.message)
  }
}
