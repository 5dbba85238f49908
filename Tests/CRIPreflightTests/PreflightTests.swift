import CRIJSON
import CRIMessages
import CRIPreflight
import CRIReport
import CRIRules
import CRISnapshot
import TestSupport
import Testing

@Suite struct PreflightTests {
  @Test(arguments: PreflightCase.all)
  func `a rule fires for these objects and for no others`(test: PreflightCase) {
    var facts = PreflightFacts.good(test.runtime)
    test.change(&facts)
    let report = PreflightReport(facts)
    let found = report.findings.filter { $0.rule.id.label == test.rule }
    #expect(Set(found.map { "\($0.object)" }) == test.objects)
    #expect(report.unchecked.contains { $0.rule?.label == test.rule } == test.isUnchecked)
  }

  @Test func `every rule has a case that fires and one that stays silent`() {
    #expect(PreflightRules.table.map(\.id) == Rule.all(of: .preflight).map(\.id))
    for rule in PreflightRules.table {
      let cases = PreflightCase.all.filter { $0.rule == rule.id.label }
      #expect(cases.contains { !$0.objects.isEmpty }, "\(rule.id) must fire")
      #expect(cases.contains { $0.objects.isEmpty && !$0.isUnchecked }, "\(rule.id) must not fire")
    }
    #expect(Set(PreflightRules.table.map(\.id)).count == PreflightRules.table.count)
    let known = Set(PreflightRules.table.map(\.id.label))
    #expect(known.isSuperset(of: (1...19).map { "P\($0)" } + (1...4).map { "O\($0)" }))
  }

  @Test(arguments: [Advisory.Product.containerd, .crio])
  func `an intact node loses nothing`(runtime: Advisory.Product) {
    let report = PreflightReport(.good(runtime))
    #expect(report.findings.filter { $0.rule.severity > .info }.isEmpty)
    #expect(report.unchecked.isEmpty)
    #expect(report.verdict == .none)
    #expect(report.podsToLose.isEmpty)
    #expect(report.podCount == 2)
  }

  @Test(arguments: PreflightCase.all)
  func `the verdict follows from the predictions of the rules`(test: PreflightCase) throws {
    var facts = PreflightFacts.good(test.runtime)
    test.change(&facts)
    let report = PreflightReport(facts)
    let losses = report.findings.filter { $0.rule.predicts != .nothing }
    let gaps = report.unchecked.filter(\.isRequired)
    // The examined runtime is not the one that kubelet uses.
    let isOther = report.findings.contains { $0.rule.id.label == "N5" }
    #expect(report.verdict == (!losses.isEmpty ? .loss : gaps.isEmpty && !isOther ? .none : .unchecked))
    for entry in report.unchecked {
      guard let rule = entry.rule?.rule else { continue }
      #expect(entry.isRequired == (rule.predicts != .nothing))
    }
    // If only a container is named, its pod stays.
    let pods = Set(losses.filter { $0.rule.predicts == .pods && $0.object.kind == .pod }.compactMap(\.object.pod))
    #expect(Set(report.podsToLose.map(\.pod)) == pods)
    #expect(Set(report.podsToDisturb.map(\.pod)).isDisjoint(with: pods))
  }

  @Test func `a loss takes precedence over unchecked rules`() {
    var facts = PreflightFacts.goodContainerd
    facts.editRecords { $0.sandboxes[0].ip = "" }
    facts.containerd?.missingShims = .unknown("no")
    #expect(PreflightReport(facts).verdict == .loss)
  }

  @Test(arguments: [("P1", 1), ("network.ip-on-disk", 1), ("P6", 0), ("shim.program-on-disk", 0)])
  func `an ignored rule does not count and is listed as not checked`(name: String, count: Int) throws {
    let id = try #require(RuleID(named: name))
    var facts = PreflightFacts.goodContainerd
    if id == .networkIPOnDisk {
      facts.editRecords { $0.sandboxes[0].ip = "" }
    } else {
      facts.containerd?.missingShims = .unknown("no")
    }
    #expect(PreflightReport(facts).verdict != .none)
    let report = PreflightReport(facts, ignoring: [id])
    #expect(report.verdict == .none && report.podsToLose.isEmpty)
    #expect(!report.findings.contains { $0.rule.id == id })
    #expect(report.unchecked == [Unchecked(.rule(id), UnknownReason(.ignored), count: count)])
    let other = PreflightReport(facts, ignoring: [.podNotReady])
    #expect(other.verdict == PreflightReport(facts).verdict)
  }

  @Test func `an advisory that only an ignored rule could settle stays a suspicion`() throws {
    var facts = PreflightFacts.goodContainerd
    facts.editRecords { $0.sandboxes[0].ip = "" }
    for suspicion in PreflightReport(facts).suspicions where suspicion.status == .proved {
      let deciding = Set(suspicion.match.advisory.decidedBy)
      let again = PreflightReport(facts, ignoring: deciding).suspicions.first { $0.match == suspicion.match }
      #expect(again?.status == .suspect)
    }
  }

  @Test func `a pod is named once, with all its rules`() {
    var facts = PreflightFacts.goodContainerd
    facts.editRecords {
      $0.sandboxes[0].ip = ""
      $0.sandboxes[0].networkNamespace = ""
    }
    facts.containerd?.missingCheckpoints = .known(["container-web-nginx": "/a", "container-proxy-proxy": "/b"])
    let report = PreflightReport(facts)
    #expect(report.podsToLose.map { "\($0.pod) \($0.rules.map(\.label))" } == ["default/web [\"P1\", \"P2\"]"])
    #expect(report.podsToDisturb.map { "\($0.pod) \($0.rules.map(\.label))" } == ["default/proxy [\"P5\"]"])
  }

  @Test func `a version is suspect until its records are read, and proved if they show the defect`() {
    func status(_ change: (inout PreflightFacts) -> Void) -> PreflightReport.Suspicion.Status? {
      var facts = PreflightFacts.goodContainerd
      facts.snapshot.runtime.version = "1.6.12"
      change(&facts)
      let suspicions = PreflightReport(facts).suspicions
      return suspicions.first { $0.match.advisory.id == .containerd7843 }?.status
    }
    #expect(status { _ in } == .settled)
    #expect(status { $0.containerd?.records = .unknown("no") } == .suspect)
    #expect(status { $0.editRecords { $0.sandboxes[0].ip = "" } } == .proved)
    #expect(status { $0.snapshot.runtime.version = "1.6.15" } == nil)
    #expect(status { $0.snapshot.runtime.version = "v1.6.14-k3s1" } == nil)
    // The data on disk was not written by the target version.
    let upgrade: (inout PreflightFacts) -> Void = {
      $0.snapshot.runtime.version = "1.6.8"
      $0.target = RuntimeVersion("1.6.12")
    }
    #expect(status(upgrade) == .proved, "N17 reports it")
    var facts = PreflightFacts.goodContainerd
    upgrade(&facts)
    let ignored = PreflightReport(facts, ignoring: [.runtimeTargetVersion])
    #expect(ignored.suspicions.first { $0.match.advisory.id == .containerd7843 }?.status == .suspect)
    #expect(ignored.verdict == .none)
  }

  @Test func `advisories alone predict nothing, and require their condition`() {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.runtime.version = "1.7.20"
    func ids() -> [String] { PreflightReport(facts).suspicions.map(\.match.advisory.id.rawValue) }
    #expect(!ids().contains("containerd-10363"))
    facts.snapshot.sandboxes[0].status.linux?.namespaces?.options?.usernsOptions = .init(mode: .pod)
    #expect(ids().contains("containerd-10363"))
    #expect(PreflightReport(facts).verdict == .none)
  }

  @Test func `a k3s version as the target is compared with the advisories about k3s`() {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.runtime.version = "v1.7.1-k3s1"
    facts.target = RuntimeVersion("v1.23.15+rke2r1")
    let suspicion = PreflightReport(facts).suspicions.first { $0.match.advisory.product == .rke2 }
    #expect(suspicion?.match.advisory.id == .rke23723)
    #expect(suspicion?.match.concern == .target)
    #expect(PreflightReport(facts).unchecked.map(\.isRequired) == [true])
    #expect(PreflightReport(facts).verdict == .loss, "its containerd is not in the table, but its own advisory is")
    facts.target = RuntimeVersion("v1.23.16+rke2r1")
    #expect(!PreflightReport(facts).suspicions.contains { $0.match.advisory.product == .rke2 })
    #expect(PreflightReport(facts).verdict == .unchecked)
  }

  struct Target: Sendable {
    let running: String
    let target: String
    /// The version of containerd in the first line; nil if it is unknown, and empty if the target is containerd's
    /// version.
    let assumed: String?
    let isBad: Bool
    var isUnchecked = false
  }

  @Test(arguments: [
    Target(running: "v1.6.8-k3s1", target: "v1.26.0+k3s1", assumed: "v1.6.12-k3s1", isBad: true),
    Target(running: "v1.6.8-k3s1", target: "v1.24.9+rke2r1", assumed: "v1.6.12-k3s1", isBad: true),
    Target(running: "v1.6.8-k3s1", target: "v1.25.5+k3s1", assumed: "v1.6.12-k3s1", isBad: true),
    Target(running: "v1.6.8-k3s1", target: "v1.26.0+k3s2", assumed: "v1.6.14-k3s1", isBad: false),
    Target(running: "v1.6.8-k3s1", target: "v1.24.9+rke2r2", assumed: "v1.6.14-k3s1", isBad: false),
    Target(running: "v1.6.8-k3s1", target: "v1.24.8+rke2r1", assumed: "v1.6.8-k3s1", isBad: false),
    Target(running: "v1.7.1-k3s1", target: "v1.33.1+k3s1", assumed: "v2.0.5-k3s1", isBad: false),
    Target(running: "v1.7.1-k3s1", target: "v1.99.0+k3s1", assumed: nil, isBad: false, isUnchecked: true),
    Target(running: "v1.6.8-k3s1", target: "v1.26.0-k3s1", assumed: "v1.6.12-k3s1", isBad: true),
    Target(running: "1.6.8", target: "v1.24.9-rke2r1", assumed: "v1.6.12-k3s1", isBad: true),
    Target(running: "v1.6.8-k3s1", target: "v1.6.14-k3s1", assumed: "", isBad: false),
    Target(running: "1.6.8", target: "v1.26.0+k0s.0", assumed: "", isBad: false, isUnchecked: true),
    Target(running: "1.6.8", target: "v1.26", assumed: "", isBad: false, isUnchecked: true),
    Target(running: "v1.7.1-k3s1", target: "v1.23.15+rke2r1", assumed: nil, isBad: true),
    Target(running: "1.6.8", target: "1.6.12", assumed: "", isBad: true),
    Target(running: "1.6.20", target: "1.6.14", assumed: "", isBad: true),
    Target(running: "1.6.8", target: "1.6.20", assumed: "", isBad: false),
  ])
  func `a target with a known defect is a loss, and the first line names the assumed version`(test: Target) {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.runtime.version = test.running
    facts.target = RuntimeVersion(test.target)
    let report = PreflightReport(facts)
    #expect(report.verdict == (test.isBad ? .loss : test.isUnchecked ? .unchecked : .none))
    #expect(report.findings.contains { $0.rule.id == .runtimeTargetVersion } == test.isBad)
    let title = ReportText.english.title(report)
    let change = "of containerd \(test.running) to \(test.target)"
    switch test.assumed {
    case ""?: #expect(title.contains("\(change) on "), "\(title)")
    case let version?: #expect(title.contains("\(change) (assumed to contain containerd \(version)) on "), "\(title)")
    case nil:
      #expect(title.contains("\(change) (which contains an unknown version of containerd) on "), "\(title)")
      #expect(report.unchecked.contains { $0.reason.code == .unknownBundledVersion })
    }
    #expect(report.assumedVersion?.text == test.assumed.flatMap { $0.isEmpty ? nil : $0 })
  }

  @Test func `the rules use the containerd that the target contains`() {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.runtime.version = "v2.0.5-k3s2"
    facts.containerd?.missingAddresses = .known(["sandbox-web"])
    facts.target = RuntimeVersion("v1.32.1+k3s1")
    let report = PreflightReport(facts)
    #expect(report.isDowngrade && report.findings.contains { $0.rule.id == .shimLegacyAddressOnDisk })
  }

  @Test func `the table of distributions has valid rows that do not overlap`() {
    let rows = BundledRuntime.table
    #expect(rows.count > 100)
    for (index, row) in rows.enumerated() {
      let (first, last) = (row.releases.lowerBound, row.releases.upperBound)
      #expect(first.distributor != nil && first.distributor == last.distributor && first.minor == last.minor)
      #expect(row.containerd.distributor == .k3s && row.containerd.build > 0, "\(row.containerd)")
      guard index > 0, rows[index - 1].releases.lowerBound.distributor == first.distributor else { continue }
      #expect(rows[index - 1].releases.upperBound < first, "\(first)")
    }
  }

  @Test(arguments: [
    ("1.99.99", true), ("1.33.0", true), ("2.5.0", true), ("3.0.0", true), ("2.4.1", false), ("1.7.27-k3s1", false),
  ])
  func `an unknown version is reported as unknown`(target: String, isUnknown: Bool) {
    var facts = PreflightFacts.goodContainerd
    facts.target = RuntimeVersion(target)
    let report = PreflightReport(facts)
    #expect(report.unchecked.contains { $0.reason.code == .unknownVersion } == isUnknown)
    // containerd has no version 1.8 or later of the first series.
    #expect(report.verdict == (target.hasPrefix("1.") && isUnknown ? .unchecked : .none))
  }

  @Test(arguments: [("1.7.20", true), ("2.1.4", true), ("1.38.0", true), ("1.36.9", false)])
  func `a target that is not a version of CRI-O is reported as unknown`(target: String, isUnknown: Bool) {
    var facts = PreflightFacts.goodCRIO
    facts.target = RuntimeVersion(target)
    #expect(PreflightReport(facts).unchecked.contains { $0.reason.code == .unknownVersion } == isUnknown)
  }

  @Test(arguments: ["2.1.4", "1.33", "v1.31.2+k3s1", "1.6.20~ds1", "1.7.12-0ubuntu2~22.04.1", "2.0.0-rc.1"])
  func `an exact version is accepted`(text: String) { #expect(RuntimeVersion(exactly: text) != nil) }

  @Test(arguments: [
    "2.1.4;rm", "2.1.4 ", " 2.1.4", "2", "2.", "2..1", "2.1.4.5", "2.1.x", "2.1.4-", "next", "", "v", "2.1.4\n",
  ])
  func `text around a version is refused`(text: String) { #expect(RuntimeVersion(exactly: text) == nil) }

  @Test func `pods that are not ready are listed once`() {
    var facts = PreflightFacts.goodContainerd
    func details() -> [String] { PreflightReport(facts).findings.filter { $0.rule.id.label == "N9" }.map(\.detailText) }
    #expect(details() == ["default/old"])
    for number in 1...6 { facts.snapshot.sandboxes.append(Snapshot.sandbox("old-\(number)", nil, isReady: false)) }
    #expect(details() == ["default/old, default/old-1, default/old-2, default/old-3, default/old-4 and 2 more"])
  }

  @Test func `a secondary address that is missing on disk is lost, and the pod stays`() {
    var facts = PreflightFacts.goodContainerd
    facts.editRecords { $0.sandboxes[0].additionalIPs = [] }
    let report = PreflightReport(facts)
    #expect(report.verdict == .loss && report.podsToLose.isEmpty && report.podsToDisturb.isEmpty)
    #expect(report.podsWithNewAddresses.map(\.pod.name) == ["web"])
    #expect(report.json(exitCode: 5)["pods"]?[0]?["loss"] == "addresses")
  }

  @Test func `a pod whose namespace is gone has lost its address already`() {
    var facts = PreflightFacts.goodContainerd
    facts.closeNamespace()
    let report = PreflightReport(facts)
    #expect(
      report.verdict == .loss && report.podsToLose.map(\.rules) == [[.networkNamespaceOnDisk]]
        && report.podsWithNewAddresses.isEmpty)
    #expect(report.findings.first?.detailText == "the runtime has already lost it: /run/netns/web is gone")
    facts.snapshot.sandboxes[0].facts.isNetworkNamespaceClosed = false
    let detail = "none in the runtime, 10.0.0.2, fd00::2 on disk"
    #expect(PreflightReport(facts).findings.first { $0.rule.id.label == "P10" }?.detailText == detail)
  }

  @Test(arguments: [Advisory.Product.containerd, .crio])
  func `rules that depend on an unknown next version are unchecked`(runtime: Advisory.Product) {
    var facts = PreflightFacts.good(runtime)
    facts.replaceProgram()
    facts.containerd?.missingAddresses = .known(["sandbox-web"])
    let report = PreflightReport(facts)
    #expect(report.verdict == .unchecked)
    let why = "the executable was replaced by an unknown version; specify that version with --to"
    #expect(
      report.unchecked.map { "\($0.rule?.label ?? ""): \($0.reasonText)" }
        == (runtime == .crio ? ["O2", "O3"] : ["P12"]).map { "\($0): \(why)" })
  }

  @Test func `a record that differs from the runtime is a loss, but not of the pod`() {
    var facts = PreflightFacts.goodContainerd
    facts.editRecords { $0.sandboxes[0].interfaces = nil }
    let report = PreflightReport(facts)
    #expect(report.verdict == .loss && report.podsToLose.isEmpty && report.podsWithNewAddresses.isEmpty)
    #expect(report.podsReportedDifferently.map(\.pod.name) == ["web"])
    #expect(report.json(exitCode: 5)["pods"]?[0]?["loss"] == "records")
    let detail = "CNI result eth0 10.0.0.2 fd00::2 in the runtime, none on disk"
    #expect(report.findings.first { $0.rule.id.label == "P17" }?.detailText == detail)
  }

  @Test func `two ready sandboxes are reported, but they are not a loss by the change`() {
    var facts = PreflightFacts.goodContainerd
    facts.addDuplicate()
    let report = PreflightReport(facts)
    #expect(report.findings.first?.rule.id.label == "N15" && report.findings.first?.rule.severity == .critical)
    #expect(report.findings.filter { $0.rule.severity > .info }.count == 1 && report.verdict == .none)
  }

  @Test func `a defect of every version is not held against the running version`() {
    let report = PreflightReport(.goodContainerd)
    let standings = Dictionary(
      uniqueKeysWithValues: report.suspicions.map { ($0.match.advisory.id.rawValue, $0.status) })
    #expect(standings["containerd-12600"] == .unfixed && standings["containerd-11646"] == .settled)
    let rows = Advisories.table.filter(\.affectsEveryVersion).map(\.id.rawValue)
    #expect(rows.prefix(3) == ["containerd-12600", "containerd-11646", "containerd-6549"])
    #expect(rows.dropFirst(3) == ["crio-restore-ip", "crio-10343", "microk8s-2122"])
  }

  @Test func `nothing is predicted for an unknown runtime`() {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.runtime.name = "docker"
    let report = PreflightReport(facts)
    #expect(report.verdict == .unchecked)
    #expect(report.suspicions.isEmpty)
    #expect(report.unchecked.map(\.subject) == [.restart])
    #expect(
      report.unchecked.map(\.reasonText) == [
        "cri can read the records of containerd and CRI-O only, not those of docker"
      ])
  }

  @Test func `pods that could not be read leave the verdict open`() {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.unchecked = [Unchecked.details(ObjectName(.pod, id: "x"), "no")]
    #expect(PreflightReport(facts).verdict == .unchecked)
  }

  @Test(arguments: [UnknownReason.Code.notOnNode, .foreignDirectory])
  func `a hidden directory of the runtime does not mean that cri is not on the node`(code: UnknownReason.Code) {
    var facts = PreflightFacts.goodContainerd
    facts.containerd?.missingShims = .unknown(
      UnknownReason(code, path: "/srv/containerd/io.containerd.runtime.v2.task"))
    facts.containerd?.missingCheckpoints = .unknown(UnknownReason(code, path: "/srv/containerd2/x"))
    func reasons() -> [String] { PreflightReport(facts).unchecked.map(\.reasonText) }
    #expect(reasons().count { $0.contains("run cri on") } == 2)
    facts.containerd?.hiddenDatabase = .known("/srv/containerd/io.containerd.metadata.v1.bolt/meta.db")
    #expect(PreflightReport(facts).findings.contains { $0.rule.id == .recordDirectory })
    #expect(reasons().count { $0.contains("run cri on") } == 1)
    #expect(
      reasons().contains(
        "/srv/containerd/io.containerd.runtime.v2.task is in the runtime's directory, which is hidden or was replaced"
      ))
  }

  @Test func `the document contains the whole report`() throws {
    var facts = PreflightFacts.goodContainerd
    facts.editRecords { $0.sandboxes[0].ip = "" }
    facts.containerd?.missingShims = .unknown("not there")
    let document = PreflightReport(facts).json(exitCode: 5)
    #expect(document["kind"]?.stringValue == "cri-preflight")
    #expect(document["schema"]?.intValue == 1)
    #expect(document["verdict"]?.stringValue == "loss")
    let finding = try #require(document["findings"]?[0])
    #expect(finding["rule"]?.stringValue == "P1")
    #expect(finding["certainty"]?.stringValue == "proved")
    #expect(finding["predicts"]?.stringValue == "pods")
    #expect(finding["object"]?["pod"]?.stringValue == "web")
    #expect(document["pods"]?[0]?["rules"]?[0]?.stringValue == "P1")
    let standings = document["advisories"]?.arrayValue?.map { $0["id"]?.stringValue ?? "" }
    #expect(standings == PreflightReport(facts).suspicions.map(\.match.advisory.id.rawValue))
    #expect(standings?.contains("containerd-12600") == true)
    #expect(document["unchecked"]?[0]?["rule"]?.stringValue == "P6")
    #expect(document["unchecked"]?[0]?["decides"]?.boolValue == true)
  }
}

@Suite struct CRIOConfigurationTests {
  @Test func `other keys in the file are ignored`() throws {
    var configuration = CRIOConfiguration()
    try configuration.add(
      #"""
      [crio]
      log_dir = "/var/log/crio/pods" # where "logs" = go
      [crio.runtime]
      default_sysctls = [
        "a=1, 2", # ]
      ]
      pids_limit = -1
      ctr_stop_timeout = 3_0
      conmon_env = ["PATH=/bin", 'x',]
      hooks_dir = []
      text = """
      [crio]
      internal_wipe = true
      """
      [crio.runtime.runtimes."runc"]
      runtime_root = "/run/\u0072unc\tx"\#r
      allowed_annotations = [["io.x"], [{a = 1, b = "}"}]]
      [crio.runtime.workloads]
      [[crio.list]]
      name = "a"
      [[crio.list]]
      name = "b"
      since = 1979-05-27T07:32:00Z
      [crio.image]
      pause_image = 'C:\x'
      """#)
    #expect(configuration.wipes == nil && configuration.pauseImage == #"C:\x"#)
    #expect(configuration.stateDirectories == ["/run/crun": "crun", "/run/runc\tx": "runc"])
    try configuration.add("crio = { internal_wipe = false, network.network_dir = \"/n\" }")
    #expect(configuration.wipes == false && configuration.networkDirectory == "/n")
  }

  @Test(arguments: [
    "[crio", "[[crio]", "[]", "crio", "= 1", "a = ", "a = [1, 2", "a = [1 2]", "a = {b = 1", "a = {b}", "a = yes",
    "a = \"x", "a = 'x\n'", "a = \"\"\"x\"\"", #"a = "\q""#, #"a = "\u12""#, #"a = "\u+012""#, #"a = "\u-000""#,
    "a = 1 b = 2", "a = 1\na = 2", "[a]\n[a]", "a b = 1",
  ])
  func `invalid TOML is refused`(text: String) {
    var configuration = CRIOConfiguration()
    #expect(throws: CRIOConfigurationFault.self) { try configuration.add(text) }
  }

  @Test func `the last file wins, and the command line overrides all files`() throws {
    var configuration = CRIOConfiguration()
    #expect(configuration.versionFile == "/var/run/crio/version")
    #expect(configuration.persistentVersionFile == "")
    #expect(configuration.wipes == nil)
    try configuration.add(
      """
      # root = "/commented"
      [crio]
      version_file = "/run/v"   # where
      internal_wipe = true
      [crio.runtime]
        default_runtime = 'crun'
      [crio.network]
      network_dir = "/etc/cni/other"
      """)
    try configuration.add("[crio]\ninternal_wipe=false\n[crio.runtime.runtimes.crun]\ndefault_runtime = \"x\"\n")
    #expect(configuration.versionFile == "/run/v")
    #expect(configuration.wipes == false)
    #expect(configuration.defaultRuntime == "crun")
    #expect(configuration.networkDirectory == "/etc/cni/other")
    configuration.add(
      CRIOOptions(arguments: ["crio", "--internal-wipe", "--default-runtime=runc", "--version-file", "/w"]))
    #expect(configuration.wipes == true)
    #expect(configuration.defaultRuntime == "runc")
    #expect(configuration.versionFile == "/w")
  }

  @Test(arguments: [
    ("", ["/opt/cni/bin"]), ("plugin_dirs = []", ["/opt/cni/bin"]), ("plugin_dir = '/d'", ["/opt/cni/bin", "/d"]),
    (#"plugin_dirs = ["/a", '/b']  # "/c""#, ["/a", "/b"]),
    ("plugin_dirs = [\n  \"/a\",\n  # \"/x\",\n  \"/b\",  # \"/c\"\n]\nplugin_dir = \"/d\"", ["/a", "/b", "/d"]),
  ])
  func `lists of directories are parsed`(text: String, directories: [String]) throws {
    var configuration = CRIOConfiguration()
    try configuration.add("[crio.network]\n\(text)\ncni_default_network = \"pods\"\n")
    #expect(configuration.pluginDirectories == directories)
    #expect(configuration.defaultNetwork == "pods")
    configuration.add(
      CRIOOptions(
        arguments: ["--cni-plugin-dir=/x,/y", "--cni-plugin-dir", "/z", "--cni-default-network", "n"],
        environment: ["CONTAINER_CNI_PLUGIN_DIR=/unused"]))
    #expect(configuration.pluginDirectories.prefix(3) == ["/x", "/y", "/z"])
    #expect(configuration.defaultNetwork == "n")
  }

  @Test(
    arguments: [
      (["CONTAINER_INTERNAL_WIPE=true"], [], true), (["CONTAINER_INTERNAL_WIPE=1"], [], true),
      (["CONTAINER_INTERNAL_WIPE=F"], [], false), (["CONTAINER_INTERNAL_WIPE="], [], nil),
      (["INTERNAL_WIPE=true"], [], nil),
      (["CONTAINER_INTERNAL_WIPE=true"], ["--internal-wipe=false"], false), ([], ["-internal-wipe"], true),
      // A Boolean flag does not take a separate value.
      ([], ["--internal-wipe", "false"], true), ([], ["--internal-wipe=t", "--internal-wipe=0"], false),
    ] as [([String], [String], Bool?)])
  func `the environment overrides the files, and the command line overrides both`(
    environment: [String], arguments: [String], wipes: Bool?
  ) throws {
    for text in ["", "[crio]\ninternal_wipe = \(wipes != true)\n"] {
      var configuration = CRIOConfiguration()
      try configuration.add(text)
      let inFiles = configuration.wipes
      configuration.add(CRIOOptions(arguments: arguments, environment: environment))
      #expect(configuration.wipes == wipes ?? inFiles)
    }
  }

  @Test func `every option that matters has a variable`() {
    let variables = [
      "VERSION_FILE=/v", "VERSION_FILE_PERSIST=/p", "DEFAULT_RUNTIME=kata", "CGROUP_MANAGER=cgroupfs",
      "CNI_CONFIG_DIR=/n", "CNI_PLUGIN_DIR=/a,/b", "CNI_DEFAULT_NETWORK=pods", "PAUSE_IMAGE=pause:9",
      "RUNTIMES=crun:/usr/bin/crun:/srv/crun,runc:/usr/bin/runc:/srv/runc:oci",
    ].map { "CONTAINER_\($0)" }
    var configuration = CRIOConfiguration()
    configuration.add(CRIOOptions(environment: variables))
    #expect(configuration.versionFile == "/v" && configuration.persistentVersionFile == "/p")
    #expect(configuration.defaultRuntime == "kata" && configuration.cgroupManager == "cgroupfs")
    #expect(configuration.networkDirectory == "/n" && configuration.pluginDirectories == ["/a", "/b"])
    #expect(configuration.defaultNetwork == "pods" && configuration.pauseImage == "pause:9")
    #expect(configuration.stateDirectories == ["/srv/crun": "crun", "/srv/runc": "runc"])
    let options = CRIOOptions(environment: ["CONTAINER_CONFIG=/c.conf", "CONTAINER_CONFIG_DIR=/c.d"])
    #expect(options.file == "/c.conf" && options.directory == "/c.d")
    #expect(CRIOOptions(arguments: ["crio", "-c", "/x"], environment: ["CONTAINER_CONFIG=/c"]).file == "/x")
    #expect(CRIOOptions().file == "/etc/crio/crio.conf" && CRIOOptions().directory == "/etc/crio/crio.conf.d")
  }

  @Test(arguments: ["\"/a\"", "[1]", "true"]) func `a list of directories must contain strings`(value: String) {
    var configuration = CRIOConfiguration()
    #expect(throws: CRIOConfigurationFault.self) { try configuration.add("[crio.network]\nplugin_dirs = \(value)") }
  }
}
