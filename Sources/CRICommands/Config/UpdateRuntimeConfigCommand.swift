internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct UpdateRuntimeConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "update-runtime-config", abstract: "Tell the runtime from which addresses pods get theirs.")

  @Option(
    name: [.customShort("p"), .long],
    help: ArgumentHelp("The pods' addresses, such as 10.244.0.0/24; may be empty.", valueName: "cidr"))
  var podCidr: String

  func run() async throws {
    let client = try Context().client()
    let config = RuntimeConfig(networkConfig: NetworkConfig(podCIDR: podCidr))
    do throws(RPCError) {
      _ = try await client.runtime.updateRuntimeConfig(UpdateRuntimeConfigRequest(runtimeConfig: config))
    } catch {
      throw Failure(error, client.endpoint, unserved: .updateRuntimeConfig, "its CNI configuration has the addresses")
    }
  }
}
