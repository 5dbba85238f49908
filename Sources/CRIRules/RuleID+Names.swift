extension RuleID {
  /// The short name of a rule of preflight or doctor, such as `P1`: P for containerd, O for CRI-O, N for any runtime, and
  /// D for doctor. It is nil for the verify rules, because reports have always printed their readable IDs.
  public var alias: String? {
    switch self {
    case .networkIPOnDisk: "P1"
    case .networkNamespaceOnDisk: "P2"
    case .recordUniqueName: "P3"
    case .recordListed: "P4"
    case .containerCheckpointOnDisk: "P5"
    case .shimProgramOnDisk: "P6"
    case .podBeingCreated: "P7"
    case .podRecordOnDisk: "P8"
    case .containerRecordOnDisk: "P9"
    case .networkAddressesOnDisk: "P10"
    case .recordMetadata: "P11"
    case .shimLegacyAddressOnDisk: "P12"
    case .shimProtocol: "P13"
    case .networkModeOnDisk: "P14"
    case .podUIDOnDisk: "P15"
    case .containerIdentityOnDisk: "P16"
    case .recordFields: "P17"
    case .shimAnswers: "P18"
    case .shimAddressOnDisk: "P19"
    case .recordDirectory: "P20"
    case .shimSocket: "P22"
    case .containerPaused: "P23"
    case .runtimeConfiguration: "P24"
    case .runtimeCRIPlugin: "P25"
    case .runtimeDirectories: "P26"
    case .runtimeAddress: "P27"
    case .runtimeHandlersConfigured: "P28"
    case .runtimeCgroupDriverConfigured: "P29"
    case .runtimeSettingsRead: "P30"
    case .imagePauseConfigured: "P31"
    case .networkConfigured: "P32"
    case .runtimeProgramsConfigured: "P33"
    case .networkCNICheck: "O1"
    case .runtimeWipe: "O2"
    case .runtimeDefaultOCI: "O3"
    case .recordRestorable: "O4"
    case .runtimeCRIOConfiguration: "O5"
    case .runtimeStorageConfigured: "O6"
    case .runtimeOCIRootConfigured: "O7"
    case .runtimeCRIOAddress: "O8"
    case .networkReady: "N1"
    case .networkConfiguration: "N2"
    case .kubeletCgroupDriver: "N3"
    case .kubeletCgroupDriverSetting: "N4"
    case .kubeletEndpoint: "N5"
    case .imagePausePresent: "N6"
    case .containerNotStarted: "N7"
    case .runtimeProgramReplaced: "N8"
    case .podNotReady: "N9"
    case .podCreatedInFuture: "N10"
    case .imagePresent: "N11"
    case .imagePullable: "N12"
    case .imagePausePinned: "N13"
    case .runtimeDeprecations: "N14"
    case .podSeveralSandboxes: "N15"
    case .networkPlugins: "N16"
    case .runtimeTargetVersion: "N17"
    case .containerProcessAlive: "N18"
    case .recordDiskFull: "N22"
    case .recordDiskNearlyFull: "N23"
    case .containerSeveralCopies: "N24"
    case .containerSandboxMissing: "N25"
    case .containerSandboxNotReady: "N26"
    case .runtimeOCIProgram: "N27"
    case .runtimeKillMode: "N28"
    default: doctorAlias
    }
  }

  /// The name in reports: the alias if there is one, because runbooks contain it.
  public var label: String { alias ?? rawValue }

  /// Finds a rule by its readable ID or by its alias.
  /// - Returns: nil if no rule has this name.
  public init?(named name: String) {
    guard let id = RuleID(rawValue: name) ?? Self.allCases.first(where: { $0.alias == name }) else { return nil }
    self = id
  }

  /// The rule with its metadata. Every ID has a row in the table; a test checks this.
  public var rule: Rule { Rule.table[self] ?? Rule(self, .critical, predicts: .nothing) }
}
