internal import CRI
internal import CRICommandLine
internal import CRISystem

/// Measures the usage of the running containers, with three calls each time.
struct TopSource: Sendable {
  private let client: Client
  private let isAll: Bool
  private var sampler: UsageSampler<ContainerStats>

  init(client: Client, isAll: Bool) {
    self.client = client
    self.isAll = isAll
    sampler = UsageSampler(interval: .zero) { () throws(Failure) in
      do throws(RPCError) {
        return try await client.runtime.allContainerStats()
      } catch {
        throw Failure(
          error, client.endpoint, measuring: "container", id: nil, command: "cri stats", list: "cri ps",
          unserved: .listContainerStats, "see cri ps --watch")
      }
    }
  }

  /// Takes the measurement with which the first sample is compared: one call.
  mutating func begin() async throws(Failure) { _ = try await sampler.measure() }

  /// A sample; its CPU % covers the time since the previous one.
  mutating func measure() async throws(Failure) -> TopSample {
    let usage = try await sampler.measure()
    do throws(RPCError) {
      return TopSample(
        pods: try await client.runtime.podSandboxes(),
        containers: try await client.runtime.containers(), usage: usage, isAll: isAll, time: Kernel.now)
    } catch {
      throw Failure(error, client.endpoint)
    }
  }
}
