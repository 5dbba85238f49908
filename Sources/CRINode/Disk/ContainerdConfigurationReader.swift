internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Reads what containerd will read when it starts: the file that its command line names, or else the default one, and
/// the files that this file imports.
///
/// Source: containerd's `LoadConfig` and `resolveImports`.
struct ContainerdConfigurationReader {
  private static let maximumFiles = 1_000
  /// microk8s writes the file each time it starts containerd (microk8s: `run-containerd-with-args`).
  private static let generated = "/var/snap/microk8s/"

  let files: NodeFiles
  let proc: String

  /// - Returns: nil if the daemon is not containerd, because no other runtime reads these files, or if microk8s
  ///   generates the file.
  func read(of daemon: Int32?) -> Observation<ContainerdConfiguration>? {
    guard let daemon else { return .unknown(UnknownReason(.daemonNotVisible)) }
    let path = "\(proc)/\(daemon)/cmdline"
    let words: [String]
    do throws(FileError) {
      words = try File.read(path, limit: 1 << 20).split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    } catch {
      return .unknown(UnknownReason(error, path))
    }
    // A program may have its version in its name, such as containerd-2.1.
    guard let name = words.first?.split(separator: "/").last, name == "containerd" || name.hasPrefix("containerd-"),
      !name.hasPrefix("containerd-shim")
    else { return nil }
    let options = ContainerdOptions(arguments: Array(words.dropFirst()))
    if options.namedFile?.hasPrefix(Self.generated) == true { return nil }
    return read(options, directory: File.linkTarget("\(proc)/\(daemon)/cwd") ?? "/")
  }

  /// - Parameter directory: The daemon's working directory.
  func read(_ options: ContainerdOptions, directory: String = "/") -> Observation<ContainerdConfiguration> {
    var configuration = ContainerdConfiguration(options: options)
    let named = options.namedFile.map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }
    let main = named ?? ContainerdOptions.standardFile
    var pending = [(path: main, parent: String?.none)]
    var loaded: Set<String> = []
    var path = main
    do throws(FileError) {
      while !pending.isEmpty, configuration.fault == nil {
        let next = pending.removeFirst()
        path = next.path
        guard loaded.insert(path).inserted else { continue }
        if loaded.count > Self.maximumFiles { throw .fileTooLarge }
        guard try files.exists(path) else {
          if let parent = next.parent {
            configuration.fail(.missingImport(path: path, from: parent))
          } else if try !isVisible() {
            return .unknown(NodeFiles.reason(path, .noSuchFile))
          } else if named != nil {
            configuration.fail(.missing(path: path))
          }
          break
        }
        let parent = path
        let imports = configuration.add(try files.toml(path), from: path)
        if imports.count > Self.maximumFiles { throw .fileTooLarge }
        for text in imports { pending += try resolve(text, in: parent).map { (path: $0, parent: parent) } }
      }
    } catch {
      return .unknown(UnknownReason(error, path))
    }
    return .known(configuration)
  }

  /// Whether these are the node's files: every node has `/etc`.
  private func isVisible() throws(FileError) -> Bool { try files.exists("/etc") }

  /// Returns the files of an import: one path, or all matches of a pattern in the order of their names.
  private func resolve(_ text: String, in parent: String) throws(FileError) -> [String] {
    let directory = parent.split(separator: "/").dropLast().joined(separator: "/")
    let path = text.hasPrefix("/") ? text : "/\(directory)/\(text)"
    guard path.contains("*") else { return [Self.clean(path)] }
    var found = [""]
    for part in Self.clean(path).split(separator: "/").map(String.init) {
      if !part.contains(where: { "*?[".contains($0) }) {
        found = found.map { "\($0)/\(part)" }
        continue
      }
      var next: [String] = []
      for directory in found {
        next += names(in: directory).filter { GlobPattern(part).matches($0) }.map { "\(directory)/\($0)" }
      }
      found = next
    }
    var existing: [String] = []
    for path in found where try files.exists(path) { existing.append(path) }
    return existing
  }

  /// Go's `filepath.Glob` ignores directories that cannot be read.
  private func names(in directory: String) -> [String] {
    (try? files.names(in: directory.isEmpty ? "/" : directory)) ?? []
  }

  /// Go's `filepath.Clean` for an absolute path.
  private static func clean(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}

/// One component of a pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a-z]` and `\`.
struct GlobPattern {
  private enum Item {
    case character(Character)
    case any
    case anyText
    case oneOf([ClosedRange<Character>], isNegated: Bool)
  }

  private var items: [Item] = []

  init(_ text: String) {
    var rest = Substring(text)
    while let first = rest.popFirst() {
      switch first {
      case "*": items.append(.anyText)
      case "?": items.append(.any)
      case "\\": items.append(.character(rest.popFirst() ?? "\\"))
      case "[":
        guard let end = rest.dropFirst().firstIndex(of: "]") else {
          items.append(.character("["))
          continue
        }
        var body = rest[..<end]
        rest = rest[rest.index(after: end)...]
        let isNegated = body.first == "^"
        if isNegated { body.removeFirst() }
        var ranges: [ClosedRange<Character>] = []
        while let low = body.popFirst() {
          if body.first == "-", let high = body.dropFirst().first, low <= high {
            body.removeFirst(2)
            ranges.append(low...high)
          } else {
            ranges.append(low...low)
          }
        }
        items.append(.oneOf(ranges, isNegated: isNegated))
      default: items.append(.character(first))
      }
    }
  }

  func matches(_ name: String) -> Bool {
    let characters = Array(name)
    // The positions in the name up to which the items so far can match.
    var positions: Set = [0]
    for item in items {
      var next: Set<Int> = []
      for position in positions {
        if case .anyText = item {
          next.formUnion(position...characters.count)
        } else if position < characters.count, Self.matches(item, characters[position]) {
          next.insert(position + 1)
        }
      }
      positions = next
    }
    return positions.contains(characters.count)
  }

  private static func matches(_ item: Item, _ character: Character) -> Bool {
    switch item {
    case .character(let own): own == character
    case .any, .anyText: true
    case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
    }
  }
}

extension RunningContainerd {
  /// - Parameter config: CRI: `StatusResponse.info["config"]`.
  init(_ config: JSON) {
    let engine = config["containerd"]
    let handler = engine?["runtimes"]?[engine?["defaultRuntimeName"]?.stringValue ?? ""]
    func text(_ key: String) -> String? { config[key]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
    // The state directory of the CRI plugin is a subdirectory of containerd's.
    let state = text("stateDir").map { "/" + $0.split(separator: "/").dropLast().joined(separator: "/") }
    self.init(
      root: text("containerdRootDir"), state: state, address: text("containerdEndpoint"),
      // containerd 1.x reports only the options that are set.
      usesSystemdCgroups: handler.map { $0["options"]?["SystemdCgroup"]?.boolValue ?? false },
      // containerd 2.x does not report it here.
      snapshotter: engine?["snapshotter"]?.stringValue)
  }
}
