internal import CRI
internal import CRIJSON
internal import CRIText

/// The facts that a container's status contains and the list of containers does not.
struct ContainerFacts: Sendable {
  /// nil if the runtime does not report it.
  let pid: Int64?
  /// nil unless the container has exited.
  let exitCode: Int32?
  let startedAt: Timestamp
  let finishedAt: Timestamp
  /// The ID of the image, or its reference if the runtime does not report the ID.
  let image: String

  init(_ status: ContainerStatus, _ info: StringMap) {
    exitCode = status.state == .exited ? status.exitCode : nil
    startedAt = status.startedAt
    finishedAt = status.finishedAt
    image = status.imageID.isEmpty ? status.imageRef : status.imageID
    pid = StatusDocument.pid(ofInfo: info)
  }

  /// PID, exit code, start time, end time and image.
  func cells(_ now: Int64, isFull: Bool) -> [Table.Cell] {
    func age(_ moment: Timestamp) -> String {
      moment > .zero ? HumanDuration.ago(moment.nanoseconds, now: now) : "-"
    }
    return [
      Table.Cell(pid.map { "\($0)" } ?? "-"),
      exitCode.map { Table.Cell("\($0)", $0 == 0 ? nil : .bad) } ?? "-",
      Table.Cell(age(startedAt)), Table.Cell(exitCode == nil ? "-" : age(finishedAt)),
      Table.Cell(isFull ? image : ShortID.ofImage(image)),
    ]
  }
}

extension StatusDocument {
  /// The PID from the verbose response; for a container that has exited, runtimes report 0.
  static func pid(ofInfo info: StringMap) -> Int64? {
    info["info"].flatMap { value(ofInfo: $0)["pid"]?.intValue }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// When an image was created, according to its own configuration.
  static func created(ofInfo info: StringMap) -> Timestamp? {
    info["info"].flatMap { value(ofInfo: $0)["imageSpec"]?["created"]?.stringValue }.flatMap { Timestamp($0) }
  }
}
