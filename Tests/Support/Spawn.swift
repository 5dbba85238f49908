package import Glibc
internal import CRISystem

/// Starts a program that inherits no descriptors except its standard streams. Otherwise, processes that it leaves
/// running could keep open a pipe for which a test is waiting.
/// - Parameters:
///   - words: The path of the program (PATH is not searched) and its arguments.
///   - environment: The complete environment; nil for that of the test.
///   - streams: Adds the file actions for standard input, output and error.
package func spawn(
  _ words: [String], environment: [String: String]? = nil, streams: (inout posix_spawn_file_actions_t) -> Void
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  streams(&actions)
  // Tests have fewer descriptors than this open. glibc ignores closing those that are not open.
  for number: Int32 in 3..<min(1024, getdtablesize()) { posix_spawn_file_actions_addclose(&actions, number) }
  // If the tests run in the background, they ignore SIGINT; the program must not inherit that.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var interrupt = sigset_t()
  sigemptyset(&interrupt)
  sigaddset(&interrupt, SIGINT)
  posix_spawnattr_setsigdefault(&attributes, &interrupt)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
  var arguments = words.map { strdup($0) } + [nil]
  var variables = environment.map { $0.map { strdup("\($0)=\($1)") } + [nil] } ?? []
  defer { for text in arguments + variables { free(text) } }
  var pid: pid_t = 0
  let code =
    variables.isEmpty
    ? posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ)
    : posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &variables)
  guard code == 0 else { throw Errno(rawValue: code) }
  return pid
}
