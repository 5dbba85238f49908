internal import CRITOML

/// The settings of the library that stores CRI-O's images and containers (containers-storage.conf(5)). A setting that
/// is not configured is nil.
package struct StorageSettings: Hashable, Sendable {
  /// The storage driver (`driver`).
  package private(set) var driver: String?
  /// The directory of persistent data (`graphroot`).
  package private(set) var root: String?
  /// The directory of temporary data (`runroot`).
  package private(set) var stateDirectory: String?

  /// Creates settings of which none is configured.
  package init() {}

  /// - Parameter text: The file. The library uses its defaults if it cannot parse it.
  package init(_ text: String) {
    for entry in (try? TOMLReader.entries(of: text)) ?? [] {
      guard case .text(let value) = entry.value, !value.isEmpty else { continue }
      switch entry.names {
      case ["storage", "driver"]: driver = value
      case ["storage", "graphroot"]: root = value
      case ["storage", "runroot"]: stateDirectory = value
      default: break
      }
    }
  }
}
