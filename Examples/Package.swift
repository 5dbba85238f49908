// swift-tools-version: 6.2
import PackageDescription

// Your own package depends on a released version instead:
//     .package(url: "https://github.com/OWNER/cri", from: "0.1.0")
let cri = Package.Dependency.package(name: "cri", path: "..")

func program(_ name: String, _ product: String) -> Target {
  .executableTarget(name: name, dependencies: [.product(name: product, package: "cri")])
}

let package = Package(
  name: "Examples",
  dependencies: [cri],
  targets: [
    // With the client alone.
    program("ListPods", "CRI"),
    program("WatchEvents", "CRI"),
    program("PullImage", "CRI"),
    program("CollectStats", "CRI"),
    program("ExportMetrics", "CRI"),
    // With snapshots, verification and preflight.
    program("VerifyUpgrade", "CRIVerification"),
    program("PredictUpgrade", "CRIVerification"),
    // With a simulated runtime.
    .executableTarget(
      name: "FakeRuntime",
      dependencies: [.product(name: "CRI", package: "cri"), .product(name: "CRISimulator", package: "cri")]),
  ],
  swiftLanguageModes: [.v6]
)
