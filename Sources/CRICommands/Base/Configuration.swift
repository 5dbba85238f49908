internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIYAML

/// The configuration file of `cri`, which is the same as crictl's.
struct Configuration: Hashable, Sendable {
  static let defaultPath = "/etc/crictl.yaml"

  var runtimeEndpoint: String?
  var imageEndpoint: String?
  var timeout: Duration?
  var isDebug: Bool?
  /// Whether `create` pulls the image first.
  var pullsOnCreate: Bool?
  /// Whether `run` does not pull the image first.
  var isPullOnRunDisabled: Bool?
  var maxRetries: Int?

  /// Reads the file that the option or the environment specifies, or else the default file.
  ///
  /// A specified file must exist and be valid. A problem with the default file is only a warning, because the command
  /// may not need it.
  static func load(named path: String?, warn: (String) throws -> Void) throws -> Configuration {
    let file = path ?? defaultPath
    let bytes: [UInt8]
    do throws(FileError) {
      // The file may be a pipe, or a procfs file that has no end.
      bytes = try File.readNamed(
        file, limit: 1 << 20, deadline: Globals.current.timeout.map { ContinuousClock.now + $0 })
    } catch {
      if path == nil {
        if error != .noSuchFile { try warn("ignoring the configuration file \(file): \(error)") }
        return Configuration()
      }
      throw Failure(.usage, "the configuration \(file) cannot be read: \(error)")
    }
    do throws(Failure) {
      return try Configuration(parsing: bytes, file: file)
    } catch {
      guard path == nil else { throw error }
      try warn("\(error.message); ignoring the file")
      return Configuration()
    }
  }

  private init() {}

  init(parsing bytes: [UInt8], file: String) throws(Failure) {
    // crictl reads each value of its configuration as a string: `timeout: 010` is 10 seconds, not 8.
    let root: JSON
    let resolved: JSON
    do throws(YAMLError) {
      (root, resolved) = (try YAML.parse(bytes, types: .text), try YAML.parse(bytes))
    } catch {
      throw Failure(.usage, "the configuration \(file) is not valid YAML: \(error)")
    }
    if root.isNull { return }
    guard let members = root.objectValue else {
      throw Failure(.usage, "the configuration \(file) is not a mapping of keys to values")
    }
    for (key, value) in members {
      func typeError(_ expected: String) -> Failure {
        Failure(.usage, "the configuration \(file): \(key) must be \(expected)")
      }
      func boolean() throws(Failure) -> Bool {
        // Unlike crictl, `cri` also accepts YAML's other words for Booleans, such as yes and off.
        guard let flag = value.stringValue.flatMap(GoSpelling.flag) ?? resolved[key]?.boolValue else {
          throw typeError("true or false")
        }
        return flag
      }
      switch key {
      case "runtime-endpoint", "image-endpoint":
        guard let text = value.isNull ? "" : value.stringValue else {
          throw typeError("a string such as unix:///run/crio/crio.sock")
        }
        let endpoint = text.isEmpty ? nil : text
        if key == "runtime-endpoint" { runtimeEndpoint = endpoint } else { imageEndpoint = endpoint }
      case "timeout":
        guard let seconds = value.stringValue.flatMap(Int64.init), seconds < 1 << 32 else {
          throw typeError("a whole number of seconds")
        }
        // In crictl's file, 0 stands for the default.
        timeout = seconds > 0 ? .seconds(seconds) : nil
      case "debug":
        isDebug = try boolean()
      case "pull-image-on-create":
        pullsOnCreate = try boolean()
      case "disable-pull-on-run":
        isPullOnRunDisabled = try boolean()
      case "max-retries":
        guard let count = value.stringValue.flatMap(Int.init) else { throw typeError("a whole number") }
        maxRetries = count
      default:
        throw Failure(
          .usage,
          "the configuration \(file): unknown key \(key); the keys are runtime-endpoint, image-endpoint, timeout, "
            + "debug, pull-image-on-create, disable-pull-on-run and max-retries")
      }
    }
  }
}
