extension Rule {
  /// Every rule, in the order of the tables.
  public static let all: [Rule] =
    SandboxRules.table.map(\.rule) + SandboxRules.others + ContainerRules.table.map(\.rule)
    + ContainerRules.others + NodeRules.table.map(\.rule) + NodeRules.others + NodeRules.images
}
