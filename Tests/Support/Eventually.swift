/// Looks again and again until a condition holds.
/// - Returns: false when the time is up and it still does not.
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

/// The error that `body` ends with, nil when it succeeds.
package func failure<R, E: Error>(of body: () async throws(E) -> R) async -> E? {
  do throws(E) {
    _ = try await body()
    return nil
  } catch {
    return error
  }
}
