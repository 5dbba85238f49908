internal import CRICommandLine
internal import CRIJSON
internal import CRISnapshot
internal import CRIStreaming
internal import CRISystem

/// The source of the specifications of the node's pods: a file, standard input, or kubelet.
struct PodsSource {
  /// The maximum size in bytes, more than the pods of any node take.
  private static let maximumSize = 64 << 20
  /// The maximum time for kubelet's response if `--timeout` is not given.
  private static let defaultTimeout = Duration.seconds(10)
  private static let remedy = "write it with kubectl get pods -A -o json --field-selector spec.nodeName=NODE"
  private static let remedyOfURL = "pipe the output of kubectl get --raw /api/v1/nodes/NODE/proxy/pods to --pods -"

  private let text: String

  /// - Parameter text: The value of `--pods`.
  init(_ text: String) { self.text = text }

  private var isURL: Bool { text.contains("://") }
  private var remedy: String { isURL ? Self.remedyOfURL : Self.remedy }

  /// - Throws: An error with the exit code for usage if the source cannot be read or contains no pods.
  func read() throws(Failure) -> [PodSpecification] {
    let bytes = isURL ? try fetch() : try readFile()
    let document: JSON
    do throws(JSONError) {
      var limits = JSONLimits(forSnapshotOf: bytes.count)
      document = try JSON.parse(bytes, within: &limits)
    } catch {
      throw Failure(.usage, "--pods \(text) is not JSON: \(error); \(remedy)")
    }
    guard let pods = PodSpecification.list(document) else {
      throw Failure(.usage, "--pods \(text) is neither a list of pods nor a pod; \(remedy)")
    }
    return pods
  }

  private func readFile() throws(Failure) -> [UInt8] {
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) {
      return text == "-"
        ? try File.readStandardInput(limit: Self.maximumSize, deadline: deadline)
        : try File.readNamed(text, limit: Self.maximumSize, deadline: deadline)
    } catch {
      throw Failure(.usage, "--pods \(text) cannot be read: \(error); \(remedy)")
    }
  }

  /// Requests the pods from kubelet without credentials, which its read-only port does not require.
  private func fetch() throws(Failure) -> [UInt8] {
    do throws(FetchError) {
      return try Fetch(
        text, userAgent: CRICommand.tool, limit: Self.maximumSize,
        timeout: Globals.current.timeout ?? Self.defaultTimeout
      ).run()
    } catch {
      throw Failure(.usage, "--pods \(text) cannot be read: \(error.reason); \(remedy)")
    }
  }
}
