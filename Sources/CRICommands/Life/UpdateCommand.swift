internal import ArgumentParser
internal import CRI
internal import CRICommandLine

struct UpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "update", abstract: "Change the resources of running containers.",
    discussion:
      "All options go to the runtime in one message, in which 0 stands for what is not given; the usual runtimes leave "
      + "that as it is. Numbers may be written as 0x10, 0o17 and 0b1 too.")

  @Argument(help: ArgumentHelp("The containers' IDs, or how they begin.", valueName: "container"))
  var ids: [String]

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The length of the CPU's accounting period.", valueName: "us"))
  var cpuPeriod: WholeNumber?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("CPU time in each period; -1: no limit.", valueName: "us"))
  var cpuQuota: WholeNumber?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The weight beside other containers, 2 to 262144.", valueName: "n"))
  var cpuShare: WholeNumber?

  @Option(parsing: .unconditional, help: ArgumentHelp("The limit of memory.", valueName: "bytes"))
  var memory: WholeNumber?

  @Option(help: ArgumentHelp("The CPUs that they may use, such as 0-2,4.", valueName: "cpus"))
  var cpusetCpus: String?

  @Option(help: ArgumentHelp("The memory nodes that they may use.", valueName: "nodes"))
  var cpusetMems: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How soon the kernel kills them, -1000 to 1000.", valueName: "score"))
  var oomScoreAdj: WholeNumber?

  @Option(parsing: .unconditional, help: .hidden)
  var cpuCount: WholeNumber?

  @Option(parsing: .unconditional, help: .hidden)
  var cpuMaximum: WholeNumber?

  func validate() throws {
    if cpuCount != nil || cpuMaximum != nil {
      throw ValidationError("--cpu-count and --cpu-maximum are for Windows nodes; here: --cpu-quota, --cpuset-cpus")
    }
    if resources == LinuxContainerResources() {
      throw ValidationError(
        "nothing to change: write --cpu-period, --cpu-quota, --cpu-share, --memory, --cpuset-cpus, --cpuset-mems or "
          + "--oom-score-adj, with a value that is not 0")
    }
  }

  func run() async throws {
    let client = try Context().client()
    let resources = resources
    try await ObjectAction.onContainers(client, concurrency: 1).run(ids.inOrderOnce) { id in
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
