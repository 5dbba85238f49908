import Glibc

/// Runs the built command where openat2(2) fails: before Linux 5.6, and under seccomp filters that do not know it.
enum OldKernel {
  /// The errors with which it fails; 0 if it works.
  static let errors = [0, EPERM, ENOSYS]

  /// The program replaces itself with a command, for which system call 437 (openat2) fails with an error.
  private static let filter = """
    import ctypes, os, struct, sys
    code = [(0x20, 0, 0, 0), (0x15, 0, 1, 437), (0x06, 0, 0, 0x50000 | int(sys.argv[1])), (0x06, 0, 0, 0x7fff0000)]
    bytes = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
    program = Program(len(code), ctypes.addressof(bytes))
    libc = ctypes.CDLL(None)
    assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
    os.execv(sys.argv[2], sys.argv[2:])
    """

  static func cri(_ words: [String], _ error: Int32, on runtime: TestRuntime) async throws -> Tool {
    guard error != 0 else { return try await Tool.cri(words, on: runtime) }
    return try await Tool.run(
      ["/usr/bin/python3", "-c", filter, "\(error)", Tool.path("cri")] + words,
      environment: ["CONTAINER_RUNTIME_ENDPOINT": runtime.path])
  }
}
