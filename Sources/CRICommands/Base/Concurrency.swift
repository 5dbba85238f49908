/// Makes many calls concurrently.
enum Concurrency {
  /// The number of calls in flight: enough to keep a runtime busy, and few enough that no call waits long for the
  /// others.
  static let limit = 64

  /// Returns the results in the order of the inputs.
  static func map<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], limit: Int = limit, _ ask: @escaping @Sendable (Input) async -> Output
  ) async -> [Output] {
    await withTaskGroup(of: (Int, Output).self) { group in
      var outputs = [Output?](repeating: nil, count: inputs.count)
      for (index, input) in inputs.enumerated() {
        if index >= limit, let (done, output) = await group.next() { outputs[done] = output }
        group.addTask { (index, await ask(input)) }
      }
      for await (index, output) in group { outputs[index] = output }
      return outputs.compactMap { $0 }
    }
  }
}
