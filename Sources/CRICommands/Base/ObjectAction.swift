internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

/// Performs the same action on several objects, a few at a time. Each object has its own timeout, and a failure does
/// not stop the others.
struct ObjectAction: Sendable {
  /// The kind of object, such as `container`.
  let noun: String
  /// The command that lists the IDs, such as `cri ps -a`.
  let list: String
  /// The endpoint of the runtime that is called.
  let endpoint: Endpoint
  /// The number of calls in flight: a runtime that stops two hundred pods simultaneously completes none of them in
  /// time.
  var concurrency = 8
  /// Finds the ID of an object that may be specified by its name.
  var resolve: @Sendable (String) async throws(Failure) -> String = { $0 }
  /// Whether the IDs come from a list, so that an object may have been removed since.
  var isListed = false
  /// Explains why an object was not found; nil if no explanation is possible.
  var wrongKindHint: WrongKindHint?

  private enum Outcome: Sendable {
    case done(String)
    case failed(Failure)
  }

  /// Prints each result as soon as it and those before it are known, in the order of the IDs; failures go to standard
  /// error.
  /// - Parameter perform: Performs the action on one object, and returns the text for standard output.
  func run(_ ids: [String], _ perform: @escaping @Sendable (String) async throws -> String) async throws {
    try Self.refuseEmpty(ids, noun)
    var known: Set<Failure> = []
    try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
      var outcomes = [Outcome?](repeating: nil, count: ids.count)
      var waiting = ids.indices[...]
      var next = 0
      for _ in 0..<min(concurrency, ids.count) { start(&waiting) }
      for try await (index, outcome) in group {
        outcomes[index] = outcome
        start(&waiting)
        while next < ids.count, let outcome = outcomes[next] {
          next += 1
          switch outcome {
          case .done(let text): try StandardStream.output.write(text)
          // If the runtime is unreachable, all objects fail in the same way, so each failure is printed only once.
          case .failed(let failure):
            guard known.insert(failure).inserted else { continue }
            // If the IDs come from the runtime, there may be any number of failures.
            if !isListed || known.count <= WarningList.maximum { try StandardStream.error.write(failure.line) }
          }
        }
      }

      func start(_ waiting: inout Range<Int>) {
        guard let index = waiting.popFirst() else { return }
        group.addTask { (index, await outcome(ids[index], perform)) }
      }
    }
    guard let first = known.first else { return }
    let others = known.count - WarningList.maximum
    if isListed, others > 0 { try StandardStream.error.write(Failure(.failed, "\(others) more failed").line) }
    throw ExitCode((known.allSatisfy { $0.code == first.code } ? first.code : .failed).rawValue)
  }

  /// Runtimes treat an empty ID as a prefix of all IDs, or return a confusing error.
  static func refuseEmpty(_ ids: [String], _ noun: String) throws(Failure) {
    if ids.contains("") { throw Failure(.usage, "the ID of a \(noun) is empty") }
  }

  private func outcome(_ id: String, _ perform: @Sendable (String) async throws -> String) async -> Outcome {
    do {
      return .done(try await perform(try await resolve(id)))
    } catch let error as RPCError {
      let object = "\(noun) \(id)"
      guard error.isNotFound else { return .failed(Failure(error, about: object, endpoint)) }
      if isListed { return .done("") }
      return .failed(
        await wrongKindHint?.notFound(id, list) ?? Failure(.notFound, "\(object) not found; see \(list)"))
    } catch let failure as Failure {
      return .failed(failure)
    } catch {
      return .failed(Failure(.failed, "\(noun) \(id): \(error)"))
    }
  }
}
