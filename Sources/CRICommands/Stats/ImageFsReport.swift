internal import CRI
internal import CRIJSON
internal import CRIText

/// The report of `imagefsinfo` about the file systems of images.
struct ImageFsReport: StatusReport {
  let response: ImageFsInfoResponse

  var info: StringMap { [:] }

  func document(_ limits: inout JSONLimits) -> JSON { .object(["status": response.json()]) }

  /// The text as crictl prints it, with a space at the end of each heading.
  func text(verbose: Bool) -> String {
    section("Container", response.containerFilesystems) + section("Image", response.imageFilesystems)
  }

  private func section(_ label: String, _ filesystems: [FilesystemUsage]) -> String {
    var text = "\(label) Filesystem \n"
    for (index, usage) in filesystems.enumerated() {
      let size = HumanSize.text(bytes: usage.usedBytes?.value ?? 0, precision: 4)
      text += "TimeStamp[\(index)]: \(usage.timestamp.nanoseconds)\n"
      text += "Disk[\(index)]: \(size)\n"
      text += "Inodes[\(index)]: \(usage.inodesUsed?.value ?? 0)\n"
      text += "Mountpoint[\(index)]: \(Sanitizer.visible(usage.fsID?.mountpoint ?? ""))\n"
    }
    return text
  }
}
