internal import CRIJSON
internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

/// Runs CNI plugins as libcni does (CNI specification, section 2).
struct CNIPlugins: Sendable {
  /// The directories in which plugins are searched for, in this order.
  let directories: [String]
  /// The daemon's environment, which its plugins inherit.
  let environment: [String]
  /// The timeout for each plugin.
  let timeout: Duration
  /// The time by which all plugins must have finished.
  let deadline: ContinuousClock.Instant

  /// - Throws: The reason why CRI-O would reject the network.
  func validate(_ network: CNINetwork) throws(CNIFailure) {
    let variables = ["COMMAND=VERSION", "CONTAINERID=", "NETNS=dummy", "ARGS=", "IFNAME=dummy", "PATH=dummy"]
    for plugin in network.plugins {
      let type = plugin["type"]?.stringValue ?? ""
      let response = try run(type, variables, ["cniVersion": .string(network.version)])
      let versions = (try? JSON.parse(response))?["supportedVersions"]?.arrayValue?.compactMap(\.stringValue) ?? []
      guard versions.contains(network.version) else {
        throw .fault(.unsupportedVersion(plugin: type, version: network.version))
      }
    }
  }

  /// Calls each plugin of a network, in order, to check that a pod's interface is unchanged.
  /// - Parameter namespace: The path of the pod's network namespace.
  func check(
    _ network: CNINetwork, _ attachment: CNIAttachment, id: String, namespace: String, interface: String
  ) throws(CNIFailure) {
    let variables = [
      "COMMAND=CHECK", "CONTAINERID=\(id)", "NETNS=\(namespace)", "ARGS=\(attachment.arguments)",
      "IFNAME=\(interface)", "PATH=\(directories.joined(separator: ":"))",
    ]
    for plugin in network.plugins {
      _ = try run(plugin["type"]?.stringValue ?? "", variables, try attachment.input(plugin, of: network))
    }
  }

  private func run(_ type: String, _ variables: [String], _ input: JSON) throws(CNIFailure) -> [UInt8] {
    // libcni requires that the file exists, not that it is executable.
    guard !type.contains("/"), let path = directories.lazy.map({ "\($0)/\(type)" }).first(where: Self.isFile) else {
      throw .fault(.pluginMissing(type, directories: directories))
    }
    guard File.isTrusted(path) else { throw .unknown(UnknownReason(.programNotTrusted, path: path)) }
    let remaining = min(timeout, deadline - .now)
    guard remaining > .zero else { throw .unknown(UnknownReason(.cniTooSlow)) }
    let termination: ChildProcess.Termination
    let output: [UInt8]
    do throws(Errno) {
      (termination, output) = try ChildProcess.capture(
        [path], environment: environment + variables.map { "CNI_" + $0 }, input: input.bytes(), timeout: remaining)
    } catch {
      switch error {
      case .timedOut: throw .unknown(UnknownReason(.cniPluginTimedOut, path: type))
      case .noSuchFile, .permissionDenied, .notExecutable:
        throw .fault(.pluginNotExecutable(path: path, message: "\(error)"))
      default: throw .unknown(UnknownReason(.cniPluginFailed, path: path, errno: error.rawValue, message: "\(error)"))
      }
    }
    if termination == .exited(0) { return output }
    throw .fault(Self.fault(of: type, output, termination))
  }

  /// The plugin's own error in one line (CNI specification, section 5, "Error"), or how the plugin ended.
  private static func fault(of type: String, _ output: [UInt8], _ termination: ChildProcess.Termination) -> CNIFault {
    let response = try? JSON.parse(output)
    let details = [response?["msg"], response?["details"]].compactMap { $0?.stringValue }.filter { !$0.isEmpty }
    guard details.isEmpty else {
      let message = details.joined(separator: "; ").split(whereSeparator: \.isNewline).joined(separator: " ")
      return .pluginFailed(type, message: message)
    }
    return switch termination {
    case .exited(let code): .pluginExited(type, code: Int32(code))
    case .killed(let signal): .pluginKilled(type, signal: Int32(signal))
    }
  }

  private static func isFile(_ path: String) -> Bool {
    // A symbolic link counts as the file that it points to.
    File.realPath(path).map(File.isRegular) ?? false
  }
}
