internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem

struct RuntimeConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "runtime-config", abstract: "Show how the runtime manages cgroups.")

  func run() async throws {
    let client = try Context().client()
    let response: RuntimeConfigResponse
    do throws(RPCError) {
      response = try await client.runtime.runtimeConfig()
    } catch {
      throw Failure(error, client.endpoint, unserved: .runtimeConfig, "see cri info")
    }
    guard let driver = response.linux?.cgroupDriver else { return }
    try StandardStream.output.write("cgroup driver:   \(driver.protoName ?? "\(driver.rawValue)")\n")
  }
}
