import CRIProtobuf

/// Records in the CRI's format: one a second, the stream by its letter.
enum Records {
  static func time(_ second: Int) -> String { Timestamp(seconds: 1_700_000_000 + Int64(second)).description }

  static func since(_ second: Int) -> Timestamp { Timestamp(seconds: 1_700_000_000 + Int64(second)) }

  /// - Parameter records: such as `oF text`, `eP fragment`.
  static func cri(_ records: String..., from second: Int = 0) -> String {
    records.enumerated().map { number, record in
      let stream = record.hasPrefix("o") ? "stdout" : "stderr"
      return "\(time(second + number)) \(stream) \(record.dropFirst())\n"
    }.joined()
  }
}
