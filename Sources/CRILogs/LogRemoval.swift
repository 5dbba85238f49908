package import CRISystem

/// Removes a container's log and its rotated files, and nothing else, regardless of the path that the runtime reports.
///
/// Only regular files below one of the node's log directories are removed, and only if they have the log's name or a
/// name given by log rotation. No symbolic link is followed below the log directory.
package struct LogRemoval: Sendable {
  /// Directories that hold the logs of pods, such as `/var/log/pods`.
  package let roots: [String]

  package init(roots: [String]) { self.roots = roots }

  /// The result for one file.
  package enum Outcome: Hashable, Sendable {
    case removed(path: String)
    case kept(path: String, Reason)
  }

  /// The reason why a file was not removed.
  package enum Reason: Hashable, Sendable {
    /// The file is not below any of these directories.
    case outside(roots: [String])
    case notRegular(FileKind)
    case failed(FileError)
  }

  /// - Parameter path: The log's path as the runtime reports it (CRI: `ContainerStatus.log_path`).
  /// - Returns: The results in the order of the names; empty if neither the log nor a rotated file exists below a root. A path that is not
  ///   below a root is always reported.
  package func remove(_ path: String) -> [Outcome] {
    if path.isEmpty { return [] }
    // Do not check whether the log exists, because rotated files may exist without it.
    guard let (root, directory, name) = split(path) else { return [.kept(path: path, .outside(roots: roots))] }
    let location = directory.isEmpty ? root : "\(root)/\(directory)"
    do throws(FileError) {
      let opened = try ConfinedDirectory(directory, below: root)
      return try opened.names().sorted().filter { $0 == name || RotatedFiles.isRotated($0, from: name) }.map { found in
        let file = "\(location)/\(found)"
        guard let kind = opened.kind(of: found), kind == .regular else {
          return .kept(path: file, .notRegular(opened.kind(of: found) ?? .device))
        }
        do throws(FileError) {
          try opened.remove(found)
          return .removed(path: file)
        } catch {
          return .kept(path: file, .failed(error))
        }
      }
    } catch {
      return error == .noSuchFile ? [] : [.kept(path: path, .failed(error))]
    }
  }

  /// Splits the path into a root, a directory below it and a name in that directory; nil if it is not below a root.
  private func split(_ path: String) -> (root: String, directory: String, name: String)? {
    let parts = path.split(separator: "/")
    guard path.hasPrefix("/"), !path.hasSuffix("/"), !parts.contains(".."), !parts.contains("."), let name = parts.last
    else { return nil }
    for root in roots where root.hasPrefix("/") {
      let above = root.split(separator: "/")
      guard parts.count > above.count, parts.starts(with: above), !above.isEmpty else { continue }
      let directory = parts[above.count..<(parts.count - 1)].joined(separator: "/")
      return ("/" + above.joined(separator: "/"), directory, String(name))
    }
    return nil
  }
}

extension LogRemoval.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .outside(let roots):
      "it is not below \(roots.joined(separator: " or ")); remove it yourself, or name its directory with --log-root"
    case .notRegular(let kind): "it is \(kind)"
    case .failed(let error): "\(error)"
    }
  }
}
