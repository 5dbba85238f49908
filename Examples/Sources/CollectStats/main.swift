// Writes the resource usage of all containers as CSV: one line for each container and sample.
// Usage: CollectStats SOCKET SAMPLES SECONDS
import CRI

let arguments = CommandLine.arguments
guard arguments.count == 4, let samples = Int(arguments[2]), let seconds = Double(arguments[3]) else {
  fatalError("usage: CollectStats SOCKET SAMPLES SECONDS")
}
let client = Client(try Endpoint(arguments[1]), options: .init(timeout: .seconds(10)))

/// Quotes a field (RFC 4180).
func field(_ text: String) -> String {
  text.contains { "\",\r\n".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
}

print("time,namespace,pod,container,cpu_seconds,memory_bytes,disk_bytes")
for sample in 0..<samples {
  if sample > 0 { try await Task.sleep(for: .seconds(seconds)) }
  for usage in try await client.runtime.allContainerStats() {
    let labels = usage.attributes?.labels ?? [:]
    let names = ["namespace", "name"].map { labels["io.kubernetes.pod.\($0)"] ?? "" }
    // A missing value means that the runtime could not measure it.
    let numbers = [
      usage.cpu?.usageCoreNanoSeconds.map { "\(Double($0.value) / 1e9)" },
      usage.memory?.workingSetBytes.map { "\($0.value)" },
      usage.writableLayer?.usedBytes.map { "\($0.value)" },
    ]
    let texts = ["\(usage.cpu?.timestamp ?? .zero)"] + names + [usage.attributes?.metadata?.name ?? ""]
    print((texts.map(field) + numbers.map { $0 ?? "" }).joined(separator: ","))
  }
}
