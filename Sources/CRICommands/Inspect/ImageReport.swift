internal import CRI
internal import CRIJSON

/// The report of `inspecti` about an image.
struct ImageReport: StatusReport {
  let image: Image
  let info: StringMap

  func document(_ limits: inout JSONLimits) -> JSON {
    StatusDocument.make(status: image.json(), info: info, &limits)
  }

  func text(verbose: Bool) -> String {
    var details = Details()
    details.line("ID", image.id)
    for tag in image.repoTags { details.line("Tag", tag) }
    for digest in image.repoDigests { details.line("Digest", digest) }
    details.line("Size", HumanSize.text(bytes: image.size))
    if verbose { details.line("Info", StatusDocument.text(ofInfo: info)) }
    return details.textWithoutEmptyLine
  }
}
