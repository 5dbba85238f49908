internal import CRIDoctor
internal import CRIJSON
internal import CRISnapshot

extension EvictionThresholds {
  /// Reads the thresholds of kubelet. If some thresholds are configured, kubelet's other defaults do not apply, unless
  /// kubelet is configured to merge the two.
  init(_ settings: KubeletSettings) {
    self = .standard
    guard settings.unknownReason == nil,
      let setting = settings.setting(flag: "eviction-hard", key: "evictionHard").value ?? nil
    else { return }
    var texts: [String: String] = [:]
    if let flag = setting.value.stringValue {
      // `nodefs.available<10%,imagefs.available<15%`
      for part in flag.split(separator: ",") {
        let words = part.split(separator: "<", maxSplits: 1)
        if words.count == 2 { texts[String(words[0])] = String(words[1]) }
      }
    } else {
      for (name, value) in setting.value.objectValue ?? [:] { texts[name] = value.stringValue ?? value.text() }
    }
    guard !texts.isEmpty else { return }
    let merges = settings.setting(flag: nil, key: "mergeDefaultEvictionSettings").value ?? nil
    if merges?.value.boolValue != true { (available, freeInodes) = ([:], [:]) }
    for (purpose, name) in [(FileSystemUse.Purpose.images, "imagefs"), (.node, "nodefs")] {
      if let text = texts["\(name).available"] { available[purpose] = Self.threshold(text) }
      if let text = texts["\(name).inodesFree"] { freeInodes[purpose] = Self.threshold(text) }
    }
  }

  /// A percentage, or a quantity of Kubernetes such as `1Gi`; nil if it cannot be read.
  private static func threshold(_ text: String) -> EvictionThreshold? {
    let word = text.trimmingPrefix { $0 == " " }
    if word.hasSuffix("%") { return Double(word.dropLast()).flatMap(share) }
    let units: [(suffix: String, factor: Double)] = [
      ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776), ("k", 1e3), ("M", 1e6),
      ("G", 1e9), ("T", 1e12),
    ]
    let unit = units.first { word.hasSuffix($0.suffix) } ?? ("", 1)
    guard let number = Double(word.dropLast(unit.suffix.count)), number >= 0, number * unit.factor < 1e18 else {
      return nil
    }
    return .amount(UInt64(number * unit.factor))
  }

  private static func share(_ percent: Double) -> EvictionThreshold? {
    percent >= 0 && percent <= 100 ? .share(UInt64((percent * 100).rounded())) : nil
  }
}
