internal import CRIPreflight
internal import CRISnapshot
internal import CRISystem

extension CRIODisk {
  /// CRI-O's configuration, in which the running daemon's command line and environment take precedence.
  static func configuration(
    _ files: NodeFiles, of daemon: Int32?, proc: String = "/proc"
  ) -> Observation<CRIOConfiguration> {
    guard let daemon else { return configuration(files, CRIOOptions()) }
    func words(_ name: String) throws(FileError) -> [String] {
      try File.read("\(proc)/\(daemon)/\(name)", limit: 1 << 22).split(separator: 0)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    do throws(FileError) {
      let options = CRIOOptions(arguments: try words("cmdline"), environment: try words("environ"))
      return configuration(files, options)
    } catch {
      // An environment variable could override any setting in the files.
      return .unknown(UnknownReason(error, "\(proc)/\(daemon)/environ"))
    }
  }
}
