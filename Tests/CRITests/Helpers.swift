import CRI
import Glibc

/// The corresponding C function is `symlink`.
func symbolicLink(from path: String, to target: String) -> Bool { symlink(target, path) == 0 }

/// The corresponding C function is `getpid`.
var ownProcess: Int32 { getpid() }

/// The error that a call ends with; nil where it does not.
func rpcError<T>(_ call: () async throws -> T) async -> RPCError? {
  do {
    _ = try await call()
    return nil
  } catch {
    return error as? RPCError
  }
}
