internal import CRISystem
internal import Glibc

/// The resources that this process uses, as the kernel reports them (proc(5)).
package enum ProcessFacts {
  package static var openDescriptors: Int { TemporaryDirectory.names(in: "/proc/self/fd").count }
  package static var threads: Int { TemporaryDirectory.names(in: "/proc/self/task").count }

  package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The limit that tests apply to the peak memory, in bytes. AddressSanitizer delays freeing, so its limit is higher.
  package static let memoryLimit = dlsym(nil, "__asan_init") == nil ? 128 << 20 : 768 << 20

  /// The largest resident memory of this process so far, in bytes (`VmHWM`).
  package static var peakMemory: Int { kibibytes("VmHWM:", of: "self") << 10 }

  /// The peak memory of another process; 0 if it has exited, or if it still has our memory because its exec is not
  /// complete.
  package static func peakMemory(of pid: Int32) -> Int {
    guard program(of: "\(pid)") != program(of: "self") else { return 0 }
    return kibibytes("VmHWM:", of: "\(pid)") << 10
  }

  private static func program(of process: String) -> String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(process)/exe", &path, path.count)
    return count > 0 ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  private static func kibibytes(_ field: String, of process: String) -> Int {
    let lines = TestFile.read("/proc/\(process)/status").split(separator: "\n")
    let words = lines.first { $0.hasPrefix(field) }?.split { $0 == " " || $0 == "\t" }
    return words.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0
  }

  /// Whether all threads of a process are stopped. A stop signal does not take effect immediately.
  package static func isStopped(_ pid: Int32) -> Bool {
    TemporaryDirectory.names(in: "/proc/\(pid)/task").allSatisfy { thread in
      // The state follows the name, which is in parentheses and can contain any character.
      let state = TestFile.read("/proc/\(pid)/task/\(thread)/stat").split(separator: ")").last?.first { $0 != " " }
      return state == "T"
    }
  }
}
