internal import CRICommandLine
internal import CRIJSON
internal import CRISnapshot
internal import CRISystem

/// The specifications of the node's pods in a file; `-` is standard input.
enum PodsFile {
  /// The maximum size in bytes, more than the pods of any node take.
  private static let maximumSize = 64 << 20
  private static let remedy = "write it with kubectl get pods -A -o json --field-selector spec.nodeName=NODE"

  /// - Throws: An error with the exit code for usage if the file cannot be read or contains no pods.
  static func read(_ path: String) throws(Failure) -> [PodSpecification] {
    let bytes: [UInt8]
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) {
      bytes =
        path == "-"
        ? try File.readStandardInput(limit: maximumSize, deadline: deadline)
        : try File.readNamed(path, limit: maximumSize, deadline: deadline)
    } catch {
      throw Failure(.usage, "--pods \(path) cannot be read: \(error); \(remedy)")
    }
    let document: JSON
    do throws(JSONError) {
      var limits = JSONLimits(forSnapshotOf: bytes.count)
      document = try JSON.parse(bytes, within: &limits)
    } catch {
      throw Failure(.usage, "--pods \(path) is not JSON: \(error); \(remedy)")
    }
    guard let pods = PodSpecification.list(document) else {
      throw Failure(.usage, "--pods \(path) is neither a list of pods nor a pod; \(remedy)")
    }
    return pods
  }
}
