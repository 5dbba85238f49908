import CRIMessages
import CRIPreflight
import CRISnapshot
import TestSupport

extension PreflightCase {
  private static func upgrade(_ facts: inout PreflightFacts, to text: String) { facts.target = RuntimeVersion(text) }

  static let crio: [PreflightCase] = [
    PreflightCase(rule: "O1", name: "the network is not ready", runtime: .crio, objects: ["default/web"]) {
      $0.setNetwork(ready: false)
      $0.crio?.networks.unknown = ["no"]
    },
    PreflightCase(rule: "O1", name: "the network is not ready, and CNI finds nothing", runtime: .crio) {
      $0.setNetwork(ready: false)
    },
    PreflightCase(rule: "O1", name: "no CNI configuration", runtime: .crio, objects: ["default/web"]) {
      $0.networkConfigurations = .known([])
      $0.crio?.networks.unknown = ["no"]
    },
    PreflightCase(
      rule: "O1", name: "the configured network has no configuration file", runtime: .crio, isUnchecked: true
    ) {
      $0.networkConfigurations = .known([])
      $0.configure("[crio.network]\ncni_default_network = \"pods\"\n")
      $0.crio?.networks.unknown = ["no"]
    },
    PreflightCase(rule: "O1", name: "CNI finds a fault", runtime: .crio, objects: ["default/web"]) {
      $0.crio?.networks.faults = ["sandbox-web": .pluginFailed("bridge", message: "no eth0"), "other": .noAddress]
    },
    PreflightCase(rule: "O1", name: "CNI finds nothing", runtime: .crio) { _ in },
    PreflightCase(rule: "O1", name: "CNI could not check the pods", runtime: .crio, isUnchecked: true) {
      $0.crio?.networks.unknown = ["no"]
    },
    PreflightCase(
      rule: "O1", name: "CNI could check only some pods", runtime: .crio, objects: ["default/web"], isUnchecked: true
    ) { $0.crio?.networks = NetworkCheck(faults: ["sandbox-web": .noAddress], unknown: ["no"]) },
    PreflightCase(rule: "O1", name: "the configurations could not be read, but CNI finds no fault", runtime: .crio) {
      $0.networkConfigurations = .unknown("no")
    },

    PreflightCase(
      rule: "O2", name: "a different minor version", runtime: .crio, objects: ["default/web", "default/proxy"]
    ) { upgrade(&$0, to: "1.37.0") },
    PreflightCase(rule: "O2", name: "a downgrade", runtime: .crio, objects: ["default/web", "default/proxy"]) {
      upgrade(&$0, to: "1.35.9")
    },
    PreflightCase(rule: "O2", name: "a different patch version", runtime: .crio) { upgrade(&$0, to: "1.36.9") },
    PreflightCase(rule: "O2", name: "wiping is disabled", runtime: .crio) {
      upgrade(&$0, to: "1.37.0")
      $0.configure("[crio]\ninternal_wipe = false # pinned\n")
    },
    PreflightCase(
      rule: "O2", name: "the version file has an older version", runtime: .crio,
      objects: ["default/web", "default/proxy"]
    ) { $0.crio?.versionFile = .known(.written(path: "/run/crio/version", version: "1.35.0")) },
    PreflightCase(rule: "O2", name: "no version file", runtime: .crio, objects: ["default/web", "default/proxy"]) {
      $0.crio?.versionFile = .known(.missing(path: "/run/crio/version"))
    },
    PreflightCase(
      rule: "O2", name: "an invalid version file", runtime: .crio, objects: ["default/web", "default/proxy"]
    ) { $0.crio?.versionFile = .known(.written(path: "/run/crio/version", version: "")) },
    PreflightCase(
      rule: "O2", name: "the persistent version file has an older version", runtime: .crio,
      objects: ["default/web", "default/proxy"]
    ) { $0.crio?.persistentVersionFile = .known(.written(path: "/var/lib/crio/version", version: "1.35.0")) },
    PreflightCase(
      rule: "O2", name: "before 1.22, a different service determines this", runtime: .crio, isUnchecked: true
    ) {
      $0.snapshot.runtime.version = "1.20.1"
      upgrade(&$0, to: "1.21.0")
    },
    PreflightCase(rule: "O2", name: "a program of unknown version", runtime: .crio, isUnchecked: true) {
      $0.snapshot.daemon.executable = "/usr/bin/crio (deleted)"
    },
    PreflightCase(rule: "O2", name: "no configuration", runtime: .crio, isUnchecked: true) {
      $0.crio?.configuration = .unknown("no")
    },

    PreflightCase(
      rule: "O3", name: "the files have a different default runtime", runtime: .crio,
      objects: ["default/web", "default/proxy"]
    ) { $0.configure("[crio.runtime]\ndefault_runtime = \"runc\"\n") },
    PreflightCase(
      rule: "O3", name: "the target version has a different default runtime", runtime: .crio,
      objects: ["default/web", "default/proxy"]
    ) {
      $0.snapshot.runtime.version = "1.30.4"
      $0.crio?.defaultRuntime = .known("runc")
      upgrade(&$0, to: "1.31.0")
    },
    PreflightCase(rule: "O3", name: "the old default runtime is configured", runtime: .crio) {
      $0.snapshot.runtime.version = "1.30.4"
      $0.crio?.defaultRuntime = .known("runc")
      $0.configure("[crio.runtime]\ndefault_runtime = \"runc\"\n")
      upgrade(&$0, to: "1.31.0")
    },
    PreflightCase(rule: "O3", name: "a pod that names its runtime", runtime: .crio, objects: ["default/proxy"]) {
      $0.configure("[crio.runtime]\ndefault_runtime = 'runc'\n")
      $0.snapshot.sandboxes[0].facts.runtimeHandler = "crun"
    },
    PreflightCase(rule: "O3", name: "a program of unknown version", runtime: .crio, isUnchecked: true) {
      $0.replaceProgram()
    },
    PreflightCase(
      rule: "O3", name: "a program of unknown version, but the default runtime is configured", runtime: .crio
    ) {
      $0.replaceProgram()
      $0.configure("[crio.runtime]\ndefault_runtime = \"crun\"\n")
    },
    PreflightCase(rule: "O3", name: "the current default runtime is unknown", runtime: .crio, isUnchecked: true) {
      $0.crio?.defaultRuntime = .unknown("no")
    },

    PreflightCase(
      rule: "O4", name: "files are missing", runtime: .crio, objects: ["default/web", "default/proxy/proxy"]
    ) {
      $0.crio?.missingState = .known([
        "sandbox-web": [MissingState("/c/config.json")], "container-proxy-proxy": [MissingState("/c/state.json")],
        "sandbox-old": [MissingState("/c/x")],
      ])
    },
    PreflightCase(rule: "O4", name: "a stopped pod does not matter", runtime: .crio) {
      $0.crio?.missingState = .known(["sandbox-old": [MissingState("/c/x")]])
    },
    PreflightCase(rule: "O4", name: "the files could not be examined", runtime: .crio, isUnchecked: true) {
      $0.crio?.missingState = .unknown("no")
    },

    PreflightCase(rule: "O5", name: "a program is missing", runtime: .crio, objects: ["runtime"]) {
      $0.crio?.start = .known(
        CRIOStart(missingPrograms: [MissingProgram(setting: "crio.runtime.conmon", program: "/x")]))
    },
    PreflightCase(rule: "O5", name: "the default runtime has no table", runtime: .crio, objects: ["runtime"]) {
      $0.configure("[crio.runtime]\ndefault_runtime = \"kata\"\n")
    },
    PreflightCase(rule: "O5", name: "the default runtime is one that CRI-O defines", runtime: .crio) {
      $0.configure("[crio.runtime]\ndefault_runtime = \"crun\"\n")
    },
    PreflightCase(rule: "O5", name: "the default runtime has an empty table", runtime: .crio) {
      $0.configure("[crio.runtime]\ndefault_runtime = \"kata\"\n[crio.runtime.runtimes.kata]\n")
    },
    PreflightCase(
      rule: "O5", name: "the version decides whether the default runtime is defined", runtime: .crio, isUnchecked: true
    ) {
      $0.replaceProgram()
      $0.configure("[crio.runtime]\ndefault_runtime = \"runc\"\n")
    },
    PreflightCase(rule: "O5", name: "a file is invalid", runtime: .crio, objects: ["runtime"]) {
      $0.crio?.configuration = .unknown(UnknownReason(.malformedConfiguration, path: "/etc/crio/crio.conf", line: 1))
    },
    PreflightCase(rule: "O5", name: "a file cannot be read", runtime: .crio, isUnchecked: true) {
      $0.crio?.configuration = .unknown("no")
    },

    PreflightCase(
      rule: "O6", name: "another directory", runtime: .crio, objects: ["default/web", "default/proxy"]
    ) { $0.crio?.start = .known(CRIOStart(storage: .init(now: "/a", next: "/b"))) },
    PreflightCase(
      rule: "O6", name: "another directory of temporary data, and a pod without an infra container", runtime: .crio,
      objects: ["default/web"]
    ) {
      $0.snapshot.sandboxes[0].facts.pid = nil
      $0.crio?.start = .known(CRIOStart(state: .init(now: "/a", next: "/b")))
    },
    PreflightCase(rule: "O6", name: "the same directory", runtime: .crio) { _ in },
    PreflightCase(rule: "O6", name: "the next start is unknown", runtime: .crio, isUnchecked: true) {
      $0.crio?.start = .unknown("no")
    },

    PreflightCase(
      rule: "O7", name: "another state directory", runtime: .crio,
      objects: ["default/web/nginx", "default/proxy/proxy"]
    ) { $0.crio?.start = .known(CRIOStart(ociRoots: ["crun": .init(now: "/a", next: "/b")])) },
    PreflightCase(rule: "O7", name: "only that of an unused runtime", runtime: .crio) {
      $0.crio?.start = .known(CRIOStart(ociRoots: ["runc": .init(now: "/a", next: "/b")]))
    },
    PreflightCase(rule: "O7", name: "the next start is unknown", runtime: .crio, isUnchecked: true) {
      $0.crio?.start = .unknown("no")
    },

    PreflightCase(rule: "O8", name: "another socket", runtime: .crio, objects: ["runtime"]) {
      $0.crio?.start = .known(CRIOStart(address: .init(now: "/a", next: "/b")))
    },
    PreflightCase(rule: "O8", name: "the same socket", runtime: .crio) { _ in },
    PreflightCase(rule: "O8", name: "the next start is unknown", runtime: .crio, isUnchecked: true) {
      $0.crio?.start = .unknown("no")
    },
  ]
}
