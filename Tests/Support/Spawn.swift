package import Glibc
internal import CRISystem

/// Starts a program that holds nothing of ours: what it leaves running must not keep open what a test waits for.
/// - Parameters:
///   - words: the first is a path, PATH is not asked.
///   - environment: all of it; nil is the test's.
///   - streams: gives it its standard input, output and errors.
package func spawn(
  _ words: [String], environment: [String: String]? = nil, streams: (inout posix_spawn_file_actions_t) -> Void
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  streams(&actions)
  // More than a test ever has open; glibc takes it well where there is none.
  for number: Int32 in 3..<min(1024, getdtablesize()) { posix_spawn_file_actions_addclose(&actions, number) }
  // Whoever runs the tests in the background has made them ignore Ctrl-C: the program shall hear it.
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
