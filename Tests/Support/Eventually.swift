/// Checks a condition every 2 milliseconds until it holds.
/// - Returns: false if it does not hold within the limit.
package func eventually(
  within limit: Duration = .seconds(20), _ condition: @Sendable () async -> Bool
) async -> Bool {
  let end = ContinuousClock.now + limit
  while !(await condition()) {
    if ContinuousClock.now > end { return false }
    try? await Task.sleep(for: .milliseconds(2))
  }
  return true
}

/// Returns the error that `body` throws; nil if it succeeds.
package func failure<R, E: Error>(of body: () async throws(E) -> R) async -> E? {
  do throws(E) {
    _ = try await body()
    return nil
  } catch {
    return error
  }
}
