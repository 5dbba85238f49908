internal import CRIShims
internal import Glibc

extension ChildProcess {
  /// Runs a program to its end and takes what it prints on standard output.
  ///
  /// The corresponding C function is `posix_spawn`: the first argument is a path, PATH is not asked. Where the program
  /// gets our environment, it is `posix_spawnp`, which asks it.
  /// - Parameters:
  ///   - environment: all of it, `NAME=value` each, and its errors are lost; nil: ours, and its errors go to ours.
  ///   - input: what it reads on standard input.
  ///   - limit: bytes of output; a program that prints more is stopped.
  /// - Throws: `.timedOut` where it did not end in time and was killed.
  package static func capture(
    _ arguments: [String], environment: [String]? = [], input: [UInt8] = [], limit: Int = 64 << 10, timeout: Duration
  ) throws(Errno) -> (ending: Ending, output: [UInt8]) {
    var ends: [Int32] = [-1, -1]
    _ = try retrying { pipe2(&ends, Int32(O_CLOEXEC)) }
    let reader = Descriptor(owning: ends[0])
    let pid = try spawn(arguments, environment, input, output: Descriptor(owning: ends[1]))
    let end = ContinuousClock.now + timeout
    var output: [UInt8] = []
    var failure: Errno?
    do throws(Errno) {
      while let part = try part(of: reader, until: end), !part.isEmpty {
        output += part
        if output.count > limit { throw .fileTooLarge }
      }
    } catch {
      failure = error
      // It is our child and not waited for yet, so that the number is still its own.
      kill(pid, SIGKILL)
    }
    // It may close its output and live on.
    var status: Int32 = 0
    while try retrying({ waitpid(pid, &status, WNOHANG) }) == 0 {
      if failure == nil && ContinuousClock.now >= end {
        failure = .timedOut
        kill(pid, SIGKILL)
      }
      Thread.sleep(.milliseconds(1))
    }
    if let failure { throw failure }
    return (Ending(status: status), output)
  }

  /// - Returns: empty at the end.
  private static func part(of reader: borrowing Descriptor, until end: ContinuousClock.Instant) throws(Errno)
    -> [UInt8]?
  {
    while true {
      let rest = end - .now
      if rest <= .zero { throw .timedOut }
      guard try Poll.wait([(reader.rawValue, true, false)], timeout: rest)[0].readable else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let number = reader.rawValue
      let count = try retrying { read(number, &buffer, buffer.count) }
      return Array(buffer[..<count])
    }
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String]?, _ input: [UInt8], output: consuming Descriptor
  ) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // In memory: nobody has to write while it reads, and one that does not read holds nobody up. MFD_CLOEXEC is 1.
    let file = Descriptor(owning: try retrying { memfd_create("input", 1) })
    try file.writeAll(input)
    lseek(file.rawValue, 0, SEEK_SET)
    posix_spawn_file_actions_adddup2(&actions, file.rawValue, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO)
    if environment != nil { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    var variables: [UnsafeMutablePointer<CChar>?] = (environment ?? []).map { strdup($0) }
    words.append(nil)
    variables.append(nil)
    defer { for text in words + variables { free(text) } }
    var pid = pid_t()
    let program = arguments.first ?? ""
    let code =
      environment == nil
      ? posix_spawnp(&pid, program, &actions, nil, words, environ)
      : posix_spawn(&pid, program, &actions, nil, words, variables)
    guard code == 0 else { throw Errno(rawValue: code) }
    return pid
  }
}
