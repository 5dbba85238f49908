internal import CRI
internal import CRICommandLine

extension Failure {
  /// The error of a call that requests the statistics of all objects, or of one.
  ///
  /// If runtimes cannot measure an object, such as a pod without its own cgroup or a container that has just been
  /// removed, they report no objects at all, and return one error for each object that cannot be measured.
  /// - Parameters:
  ///   - noun: The kind of object: `pod` or `container`.
  ///   - id: The ID that the user has specified; nil for all objects.
  ///   - command: The command for one object, such as `cri statsp`.
  ///   - list: The command that lists the IDs.
  ///   - remedy: What else the user can do.
  init<Request, Response>(
    _ error: RPCError, _ endpoint: Endpoint, measuring noun: String, id: String?, command: String, list: String,
    unserved method: Method<Request, Response>, _ remedy: String
  ) {
    guard case .status(let status) = error.cause, !error.isUnknownMethod, !error.isUnknownService,
      !error.isNotInitialized,
      !error.isAmbiguous
    else {
      self.init(error, endpoint, unserved: method, remedy)
      return
    }
    if let id {
      if error.isNotFound {
        self.init(.notFound, "\(noun) \(id) not found, or it cannot be measured; see \(list)")
      } else {
        self.init(error, about: "\(noun) \(id)", endpoint)
      }
      return
    }
    let errors = status.errors
    guard let first = errors.first, [.unknown, .notFound].contains(status.code) || errors.count > 1 else {
      self.init(error, endpoint, unserved: method, remedy)
      return
    }
    let more = errors.count > 1 ? ", and \(errors.count - 1) more" : ""
    self.init(.failed, "no statistics of any \(noun): \(first)\(more); use \(command) ID for one \(noun), \(remedy)")
  }
}

extension RPCStatus {
  /// The errors that a runtime has joined in one message: one on each line (Go's `errors.Join`), or as a list below `2
  /// errors occurred:` (hashicorp/go-multierror, which containerd uses).
  fileprivate var errors: [String] {
    let lines = message.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" || $0 == "*" } }
    var errors: [String] = []
    for line in lines where !line.isEmpty && !line.hasSuffix("occurred:") {
      // The line before ends with the beginning of an error, such as `rpc error:`.
      if let last = errors.last, last.hasSuffix(":") {
        errors[errors.count - 1] = "\(last) \(line)"
      } else {
        errors.append(String(line))
      }
    }
    return errors
  }
}
