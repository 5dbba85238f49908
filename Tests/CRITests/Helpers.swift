import CRI
import Glibc

/// Creates a symbolic link.
func symbolicLink(from path: String, to target: String) -> Bool { symlink(target, path) == 0 }

/// The corresponding C function is `getpid`.
var ownProcess: Int32 { getpid() }

/// Returns the error that a call throws; nil if it succeeds.
func rpcError<T>(_ call: () async throws -> T) async -> RPCError? {
  do {
    _ = try await call()
    return nil
  } catch {
    return error as? RPCError
  }
}
