internal import CRIShims
internal import Glibc

extension ChildProcess {
  /// Runs a program until it exits and captures its standard output.
  ///
  /// Uses `posix_spawn`, which takes the first argument as a path. If the program inherits our environment, uses
  /// `posix_spawnp`, which searches PATH.
  /// - Parameters:
  ///   - environment: The complete environment as `NAME=value`; the program's standard error is discarded. If this is
  ///     nil, the program inherits our environment and our standard error.
  ///   - input: The program's standard input.
  ///   - limit: The maximum output in bytes; a program that prints more is killed.
  ///   - timeout: The maximum run time; a program that runs longer is killed.
  /// - Throws: `.timedOut`, `.fileTooLarge`, or the error of a system call.
  package static func capture(
    _ arguments: [String], environment: [String]? = [], input: [UInt8] = [], limit: Int = 64 << 10, timeout: Duration
  ) throws(Errno) -> (termination: Termination, output: [UInt8]) {
    var ends: [Int32] = [-1, -1]
    _ = try retrying { pipe2(&ends, Int32(O_CLOEXEC)) }
    let reader = Descriptor(owning: ends[0])
    let pid = try spawn(arguments, environment, input, output: Descriptor(owning: ends[1]))
    let deadline = ContinuousClock.now + timeout
    var output: [UInt8] = []
    var failure: Errno?
    do throws(Errno) {
      while let part = try part(of: reader, until: deadline), !part.isEmpty {
        output += part
        if output.count > limit { throw .fileTooLarge }
      }
    } catch {
      failure = error
      // The process ID cannot have been reused, because we have not waited for our child yet.
      kill(pid, SIGKILL)
    }
    // The program may close its output before it exits.
    var status: Int32 = 0
    while try retrying({ waitpid(pid, &status, WNOHANG) }) == 0 {
      if failure == nil && ContinuousClock.now >= deadline {
        failure = .timedOut
        kill(pid, SIGKILL)
      }
      Thread.sleep(.milliseconds(1))
    }
    if let failure { throw failure }
    return (Termination(status: status), output)
  }

  /// Reads the next part of the output.
  /// - Returns: An empty array at the end of the output.
  private static func part(of reader: borrowing Descriptor, until deadline: ContinuousClock.Instant) throws(Errno)
    -> [UInt8]?
  {
    while true {
      let remaining = deadline - .now
      if remaining <= .zero { throw .timedOut }
      guard try Poll.wait([(reader.rawValue, true, false)], timeout: remaining)[0].readable else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let descriptor = reader.rawValue
      let count = try retrying { read(descriptor, &buffer, buffer.count) }
      return Array(buffer[..<count])
    }
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String]?, _ input: [UInt8], output: consuming Descriptor
  ) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Because its input is a file in memory, a program that does not read cannot block us. MFD_CLOEXEC is 1.
    let file = Descriptor(owning: try retrying { memfd_create("input", 1) })
    try file.writeAll(input)
    lseek(file.rawValue, 0, SEEK_SET)
    posix_spawn_file_actions_adddup2(&actions, file.rawValue, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO)
    if environment != nil { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
    var argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    var variables: [UnsafeMutablePointer<CChar>?] = (environment ?? []).map { strdup($0) }
    argumentPointers.append(nil)
    variables.append(nil)
    defer { for text in argumentPointers + variables { free(text) } }
    var pid = pid_t()
    let program = arguments.first ?? ""
    let code =
      environment == nil
      ? posix_spawnp(&pid, program, &actions, nil, argumentPointers, environ)
      : posix_spawn(&pid, program, &actions, nil, argumentPointers, variables)
    guard code == 0 else { throw Errno(rawValue: code) }
    return pid
  }
}
