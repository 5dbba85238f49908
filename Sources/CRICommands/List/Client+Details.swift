internal import CRI

extension Client {
  /// Asks for each of many objects of a list, all over one connection; those that are gone since are left out.
  func details<Facts: Sendable>(
    _ ids: [String], _ look: @escaping @Sendable (String) async throws(RPCError) -> Facts?
  ) async throws(Failure) -> [String: Facts] {
    let answers = await Concurrency.map(ids) { (id) -> Result<Facts?, RPCError> in
      do throws(RPCError) { return .success(try await look(id)) } catch { return .failure(error) }
    }
    var found: [String: Facts] = [:]
    for (id, answer) in zip(ids, answers) {
      switch answer {
      case .success(let facts): found[id] = facts
      case .failure(let error) where error.isNotFound: break
      case .failure(let error): throw Failure(error, endpoint)
      }
    }
    return found
  }
}
