internal import CRICommandLine
internal import CRICopy
internal import CRISystem

/// Copies through the container's root directory, on the node.
struct NodeCopy: Sendable {
  private static let standardInput: Int32 = 0

  let root: ContainerRoot
  let archives: Bool
  let followsLink: Bool
  let control: CopyControl
  let warnings: WarningList

  /// - Throws: `CopyError`, or a `Failure` if no thread can be created.
  func run(_ source: CopyOperand, _ destination: CopyOperand) async throws {
    let result: Result<Void, CopyError>? = await withTaskCancellationHandler {
      // On this thread, the copy would keep signals from being noticed.
      try? await onNewThread {
        do throws(CopyError) {
          try copy(source, destination)
          return .success(())
        } catch {
          return .failure(error)
        }
      }
    } onCancel: {
      control.cancel()
    }
    guard let result else { throw Failure.noThread }
    try result.get()
  }

  private func copy(_ source: CopyOperand, _ destination: CopyOperand) throws(CopyError) {
    switch (source, destination) {
    case (.container(_, let path), .host(let target)):
      let source = try root.source(path, followsLast: followsLink)
      let placement = try HostPath.destination(target).placement(of: source.object, name: source.name, target)
      try run(CopyPolicy(.outOfContainer, owners: owners, from: root), path).copy(source, to: placement)
    case (.container(_, let path), .stream):
      let source = try root.source(path, followsLast: followsLink)
      let run = run(CopyPolicy(.outOfContainer, owners: .kept, from: root), path)
      try run.copy(source, archive: StreamSink.write)
    case (.host(let path), .container(_, let target)):
      let source = try HostPath.source(path, followsLast: followsLink)
      let placement = try root.destination(target).placement(of: source.object, name: source.name, target)
      try run(policyInto, path).copy(source, to: placement)
    case (.stream, .container(_, let target)):
      let placement = try root.destination(target).placement(of: .archive, name: [], target)
      let owner = (user: root.users.host(0), group: root.groups.host(0))
      try run(policyInto, CopyPath("-")).copy(
        archiveFrom: Self.standardInput, to: TreeWriter(placement, isOnHost: false, directoryOwner: owner))
    default: break
    }
  }

  /// The owners of copies on the node.
  private var owners: CopyPolicy.Owners { archives && Environment.userID == 0 ? .kept : .caller }

  private var policyInto: CopyPolicy {
    CopyPolicy(.intoContainer, owners: archives ? .kept : .containerRoot, to: root)
  }

  private func run(_ policy: CopyPolicy, _ source: CopyPath) -> CopyRun {
    CopyRun(policy: policy, control: control, skipped: warnings.skipped(below: source))
  }
}
