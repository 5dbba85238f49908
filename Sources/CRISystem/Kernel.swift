internal import Glibc

/// Facts about this node and its processes that the kernel reports.
package enum Kernel {
  /// The boot ID, which changes with every boot; nil if `/proc` is not readable.
  package static var bootID: String? { line("/proc/sys/kernel/random/boot_id") }

  /// The ID of the installed system from `/etc/machine-id`, or nil if that file does not contain an ID.
  package static var machineID: String? { line("/etc/machine-id") }

  /// The kernel release and the node name. The corresponding C function is `uname`.
  package static var names: (release: String, node: String) {
    var names = utsname()
    guard uname(&names) == 0 else { return ("", "") }
    return (text(of: names.release), text(of: names.nodename))
  }

  /// The time of the wall clock, in nanoseconds since the Unix epoch.
  package static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The time since boot in clock ticks, the unit of `/proc/PID/stat`.
  package static var ticks: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * ticksPerSecond + UInt64(time.tv_nsec) * ticksPerSecond / 1_000_000_000
  }

  /// The time at which the node was booted, in nanoseconds since 1970, according to the present clock.
  package static var bootTime: Int64 { now - Int64(ticks) * 1_000_000_000 / Int64(ticksPerSecond) }

  /// The number of clock ticks per second. The corresponding C call is `sysconf(_SC_CLK_TCK)`.
  package static var ticksPerSecond: UInt64 { UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))) }

  /// The ID of this process. The corresponding C function is `getpid`.
  package static var processID: Int32 { getpid() }

  /// Whether a process with this ID exists, even if `/proc` hides it. The corresponding C call is `kill(pid, 0)`.
  package static func hasProcess(_ pid: Int32) -> Bool {
    // Zero and negative numbers refer to process groups.
    pid > 0 && (kill(pid, 0) == 0 || Errno.last != .noSuchProcess)
  }

  /// The start time of a process in clock ticks since boot (field 22 of `/proc/PID/stat`), or nil if it does not exist.
  package static func startTime(of pid: Int32) -> UInt64? {
    guard let bytes = try? File.read("/proc/\(pid)/stat", limit: 1 << 16) else { return nil }
    // Field 2, the name in parentheses, may contain spaces and parentheses, so search for the last closing parenthesis.
    guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
  }

  /// The path of the program that a process runs, with ` (deleted)` at the end if the file was removed or replaced; nil
  /// if permission is denied.
  package static func executable(of pid: Int32) -> String? { File.linkTarget("/proc/\(pid)/exe") }

  private static func line(_ path: String) -> String? {
    guard let bytes = try? File.read(path, limit: 1 << 16) else { return nil }
    let text = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
    return text.isEmpty ? nil : text
  }

  private static func text<T>(of field: T) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
