package import CRISystem

/// The object to copy, held open so that it cannot be replaced.
package struct CopySource: Sendable {
  package let node: FileNode
  /// The name of the copy if the destination is an existing directory.
  package let name: [UInt8]
  package let copiesContents: Bool
  /// The path as the user has typed it, for messages.
  package let typedPath: String

  package var object: CopyRule.Object {
    node.status.kind == .directory ? .directory(contentsOnly: copiesContents) : .file
  }
}

/// The destination to which the user's path points.
package enum CopyDestination: Sendable {
  case directory(FileNode)
  /// A name in an open directory, with the kind of the existing entry, or nil if there is none.
  case name([UInt8], in: FileNode, existing: FileKind?)

  private var existing: CopyRule.Existing {
    switch self {
    case .directory: .directory
    case .name(_, _, let kind): kind.map { .other($0) } ?? .nothing
    }
  }

  /// Applies the rules of `docker cp`.
  /// - Parameters:
  ///   - name: The object's own name.
  ///   - path: The destination as the user has typed it.
  package func placement(
    of object: CopyRule.Object, name: [UInt8], _ path: CopyPath
  ) throws(CopyError) -> CopyPlacement {
    switch (try CopyRule.decide(object, over: existing, path), self) {
    case (.contents, .directory(let directory)): .contents(of: directory)
    case (.inside, .directory(let directory)): .named(name, in: directory)
    case (_, .name(let name, let directory, _)): .named(name, in: directory)
    case (.renamed, .directory(let directory)): .contents(of: directory)
    }
  }
}

/// Where the copied object is written.
package enum CopyPlacement: Sendable {
  /// Under this name in the directory.
  case named([UInt8], in: FileNode)
  /// The contents of the copied directory are written directly into this directory.
  case contents(of: FileNode)
}
