internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct UpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "update", abstract: "Change the resources of running containers.",
    discussion:
      "All values go to the runtime in one request, in which 0 means that a value is not set; containerd and CRI-O "
      + "leave such a value unchanged. Numbers may also be hexadecimal (0x10), octal (0o17) or binary (0b1)."
  )

  @Argument(help: ArgumentHelp("IDs of containers, or unique prefixes.", valueName: "container"))
  var ids: [String]

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The CPU accounting period, in microseconds.", valueName: "us"))
  var cpuPeriod: WholeNumber?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The CPU time in each period, in microseconds (-1: no limit).", valueName: "us"))
  var cpuQuota: WholeNumber?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The CPU weight relative to other containers, from 2 to 262144.", valueName: "n"))
  var cpuShare: WholeNumber?

  @Option(parsing: .unconditional, help: ArgumentHelp("The memory limit, in bytes.", valueName: "bytes"))
  var memory: WholeNumber?

  @Option(help: ArgumentHelp("The CPUs that the containers may use, such as 0-2,4.", valueName: "cpus"))
  var cpusetCpus: String?

  @Option(help: ArgumentHelp("The memory nodes that the containers may use, such as 0.", valueName: "nodes"))
  var cpusetMems: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The OOM score adjustment, from -1000 to 1000; the kernel kills higher scores first.", valueName: "score"))
  var oomScoreAdj: WholeNumber?

  @Option(parsing: .unconditional, help: .hidden)
  var cpuCount: WholeNumber?

  @Option(parsing: .unconditional, help: .hidden)
  var cpuMaximum: WholeNumber?

  func validate() throws {
    if cpuCount != nil || cpuMaximum != nil {
      throw ValidationError(
        "--cpu-count and --cpu-maximum are for Windows nodes; specify --cpu-quota or --cpuset-cpus")
    }
    if resources == LinuxContainerResources() {
      throw ValidationError(
        "nothing to change; specify --cpu-period, --cpu-quota, --cpu-share, --memory, --cpuset-cpus, --cpuset-mems or "
          + "--oom-score-adj, with a value other than 0")
    }
  }

  func run() async throws {
    let client = try Context().client()
    let resources = resources
    try await ObjectAction.onContainers(client, concurrency: 1).run(ids.withoutDuplicates) { id in
      let request = UpdateContainerResourcesRequest(containerID: id, linux: resources)
      _ = try await client.runtime.updateContainerResources(request)
      return "\(id)\n"
    }
  }

  private var resources: LinuxContainerResources {
    LinuxContainerResources(
      cpuPeriod: cpuPeriod?.value ?? 0, cpuQuota: cpuQuota?.value ?? 0, cpuShares: cpuShare?.value ?? 0,
      memoryLimitInBytes: memory?.value ?? 0, oomScoreAdj: oomScoreAdj?.value ?? 0, cpusetCPUs: cpusetCpus ?? "",
      cpusetMems: cpusetMems ?? "")
  }
}
