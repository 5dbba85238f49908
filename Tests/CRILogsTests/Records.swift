import CRIProtobuf

/// Creates records in the CRI's format, one per second.
enum Records {
  static func time(_ second: Int) -> String { Timestamp(seconds: 1_700_000_000 + Int64(second)).description }

  static func since(_ second: Int) -> Timestamp { Timestamp(seconds: 1_700_000_000 + Int64(second)) }

  /// Creates records for consecutive seconds.
  /// - Parameter records: The stream's first letter, the tag and the text, such as `oF text` or `eP fragment`.
  static func cri(_ records: String..., from second: Int = 0) -> String {
    records.enumerated().map { number, record in
      let stream = record.hasPrefix("o") ? "stdout" : "stderr"
      return "\(time(second + number)) \(stream) \(record.dropFirst())\n"
    }.joined()
  }
}
