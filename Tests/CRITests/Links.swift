import Glibc

/// The corresponding C function is `symlink`.
func symbolicLink(from path: String, to target: String) -> Bool { symlink(target, path) == 0 }

/// The corresponding C function is `getpid`.
var ownProcess: Int32 { getpid() }
