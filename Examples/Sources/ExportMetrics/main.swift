// Prints the memory and CPU time of all containers as Prometheus metrics, for the textfile collector of node_exporter.
// Usage: ExportMetrics SOCKET > FILE
import CRI

guard CommandLine.arguments.count == 2 else { fatalError("usage: ExportMetrics SOCKET") }
let client = Client(try Endpoint(CommandLine.arguments[1]), options: .init(timeout: .seconds(10)))

/// Escapes the value of a label.
func escaped(_ text: String) -> String {
  text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
}

func labels(_ usage: ContainerStats) -> String {
  let kubernetes = usage.attributes?.labels ?? [:]
  let pairs = [
    ("namespace", kubernetes["io.kubernetes.pod.namespace"] ?? ""),
    ("pod", kubernetes["io.kubernetes.pod.name"] ?? ""),
    ("container", usage.attributes?.metadata?.name ?? ""),
    // Two attempts of a container have the same names.
    ("id", usage.attributes?.id ?? ""),
  ]
  return pairs.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
}

func write(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: String)]) {
  print("# HELP \(name) \(help)\n# TYPE \(name) \(type)")
  for (labels, value) in values.sorted(by: { $0.labels < $1.labels }) { print("\(name){\(labels)} \(value)") }
}

let usages = try await client.runtime.allContainerStats()
write(
  "cri_container_memory_working_set_bytes", "gauge", "Memory that cannot be reclaimed.",
  usages.compactMap { usage in usage.memory?.workingSetBytes.map { (labels(usage), "\($0.value)") } })
write(
  "cri_container_cpu_seconds_total", "counter", "CPU time since the container started.",
  usages.compactMap { usage in
    usage.cpu?.usageCoreNanoSeconds.map { (labels(usage), "\(Double($0.value) / 1e9)") }
  })
