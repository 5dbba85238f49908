internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct UpdateRuntimeConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "update-runtime-config", abstract: "Set the address range of pods in the runtime's configuration.")

  @Option(
    name: [.customShort("p"), .long],
    help: ArgumentHelp("The address range of pods, such as 10.244.0.0/24; may be empty.", valueName: "cidr"))
  var podCidr: String

  func run() async throws {
    let client = try Context().client()
    let config = RuntimeConfig(networkConfig: NetworkConfig(podCIDR: podCidr))
    do throws(RPCError) {
      _ = try await client.runtime.updateRuntimeConfig(UpdateRuntimeConfigRequest(runtimeConfig: config))
    } catch {
      throw Failure(
        error, client.endpoint, unserved: .updateRuntimeConfig, "set the addresses in its CNI configuration")
    }
  }
}
