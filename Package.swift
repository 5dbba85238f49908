// swift-tools-version: 6.2
import PackageDescription

// The settings of every Swift module.
let dialect: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

// The settings of modules that do not import C. An unsafe construct that is not marked as unsafe fails the build, and
// Tools/lint rejects the marks.
let safe: [SwiftSetting] =
  dialect + [.strictMemorySafety(), .treatWarning("StrictMemorySafety", as: .error)]

let package = Package(
  name: "cri",
  products: [
    // The client alone, which needs only libnghttp2 and libprotobuf-c.
    .library(name: "CRI", targets: ["CRI"]),
    // The sessions of exec, attach and port-forward, which need only zlib.
    .library(name: "CRIStreaming", targets: ["CRIStreaming"]),
    // TLS for these sessions, which needs OpenSSL.
    .library(name: "CRITLS", targets: ["CRITLS"]),
    // Snapshots, verification and preflight, which also need libyaml.
    .library(name: "CRIVerification", targets: ["CRIVerification"]),
    // A simulated runtime for tests, which also needs libyaml and zlib.
    .library(name: "CRISimulator", targets: ["CRISimulator"]),
    .executable(name: "cri", targets: ["cri"]),
    .executable(name: "cri-sim", targets: ["cri-sim"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
  ],
  targets: [
    // The C libraries of the system.
    .systemLibrary(
      name: "CRINghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(
      name: "CRIProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .systemLibrary(name: "CRILibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CRIZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CRIOpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

    // The transport: descriptors, HTTP/2 frames, gRPC calls.
    .target(name: "CRIShims"),
    .target(
      name: "CRISystem", dependencies: ["CRIShims", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: dialect),
    .target(name: "CRIHTTP2", dependencies: ["CRINghttp2", "CRISystem"], swiftSettings: dialect),
    .target(name: "CRIGRPC", dependencies: ["CRIHTTP2", "CRISystem"], swiftSettings: safe),

    // Traces of calls, which are sent to a collector with OTLP over gRPC.
    .target(name: "CRITracing", dependencies: ["CRIGRPC", "CRIHTTP2", "CRISystem"], swiftSettings: safe),

    // Helpers for text that people and scripts read: tables, quoting, terminals.
    .target(name: "CRIText", swiftSettings: safe),

    // Documents in JSON, YAML and TOML, templates, protobuf, and the generated message types.
    .target(name: "CRIJSON", swiftSettings: safe),
    .target(name: "CRITemplate", dependencies: ["CRIJSON"], swiftSettings: safe),
    .target(name: "CRITOML", swiftSettings: safe),
    .target(name: "CRIYAML", dependencies: ["CRILibYAML", "CRIJSON"], swiftSettings: dialect),
    .target(name: "CRIWire", dependencies: ["CRIProtobufC"]),
    .target(
      name: "CRIProtobuf", dependencies: ["CRIProtobufC", "CRIJSON", "CRIText"], swiftSettings: dialect),
    .target(
      name: "CRIMessages", dependencies: ["CRIWire", "CRIProtobuf"], swiftSettings: dialect),

    // The client, which combines the transport and the messages.
    .target(
      name: "CRI", dependencies: ["CRIGRPC", "CRIMessages", "CRIProtobuf", "CRIJSON", "CRISystem"],
      swiftSettings: safe),

    // Verification: the state of a node, what changed, and what kubelet will do because of it.
    .target(name: "CRIRules", swiftSettings: safe),
    .target(
      name: "CRISnapshot", dependencies: ["CRIRules", "CRIMessages", "CRIProtobuf", "CRIJSON"], swiftSettings: safe),
    .target(
      name: "CRIVerify", dependencies: ["CRISnapshot", "CRIRules", "CRIMessages", "CRIProtobuf"],
      swiftSettings: safe),
    .target(
      name: "CRIPreflight",
      dependencies: ["CRISnapshot", "CRIRules", "CRIMessages", "CRIProtobuf", "CRIJSON", "CRITOML"], swiftSettings: safe
    ),
    .target(
      name: "CRIDoctor",
      dependencies: ["CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIMessages", "CRIProtobuf"],
      swiftSettings: safe),
    .target(
      name: "CRIMonitor",
      dependencies: ["CRISnapshot", "CRIDoctor", "CRIRules", "CRIMessages", "CRIProtobuf", "CRIJSON"],
      swiftSettings: safe),
    .target(
      name: "CRINode",
      dependencies: [
        "CRI", "CRISnapshot", "CRIVerify", "CRIPreflight", "CRIDoctor", "CRIMessages", "CRIProtobuf", "CRIJSON",
        "CRIYAML", "CRISystem", "CRIText",
      ],
      swiftSettings: safe),

    // A simulated runtime for tests, for the demo, and for machines without containerd.
    .target(
      name: "CRISimulator",
      dependencies: [
        "CRIGRPC", "CRIMessages", "CRIProtobuf", "CRIJSON", "CRIStreaming", "CRIYAML", "CRISystem", "CRIText",
      ],
      swiftSettings: safe),

    // Container logs, and the decompression of rotated ones.
    .target(name: "CRIGzip", dependencies: ["CRIZlib", "CRISystem"], swiftSettings: dialect),
    .target(name: "CRILogs", dependencies: ["CRIGzip", "CRIProtobuf", "CRIJSON", "CRISystem"], swiftSettings: safe),

    // Exec, attach and port-forward.
    .target(
      name: "CRIStreaming", dependencies: ["CRIGzip", "CRIJSON", "CRISystem", "CRIText"], swiftSettings: safe),

    // TLS for these sessions, in a module of its own, because only https URLs need OpenSSL.
    .target(name: "CRITLS", dependencies: ["CRIOpenSSL", "CRIStreaming", "CRISystem"], swiftSettings: dialect),

    // Copies of files into and out of containers, and tar streams.
    .target(name: "CRICopy", dependencies: ["CRISystem"], swiftSettings: safe),

    // The command `cri`, the command `cri-sim` of the simulated runtime, and a tool that creates test pods.
    .target(
      name: "CRIReport",
      dependencies: [
        "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIDoctor", "CRIMonitor", "CRIText", "CRIJSON",
        "CRIYAML", "CRIMessages", "CRIProtobuf",
      ],
      swiftSettings: safe),
    // The product for other packages: it re-exports the client and the verification modules.
    .target(
      name: "CRIVerification",
      dependencies: [
        "CRI", "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIDoctor", "CRINode", "CRIReport",
      ],
      swiftSettings: safe),
    .target(
      name: "CRICommandLine",
      dependencies: ["CRI", "CRIJSON", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: safe),
    .target(
      name: "CRICommands",
      dependencies: [
        "CRICommandLine", "CRI", "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIDoctor", "CRIMonitor",
        "CRINode", "CRILogs", "CRIReport", "CRIStreaming", "CRITLS", "CRICopy", "CRIText", "CRITemplate", "CRIJSON",
        "CRIYAML", "CRIProtobuf", "CRISystem", "CRIGRPC", "CRITracing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: safe),
    .target(name: "CRIAllocation", dependencies: ["CRIShims"]),
    .executableTarget(name: "cri", dependencies: ["CRIAllocation", "CRICommands", "CRISystem"], swiftSettings: safe),
    .executableTarget(
      name: "cri-sim",
      dependencies: [
        "CRISimulator", "CRIMessages", "CRIProtobuf", "CRIStreaming", "CRISystem", "CRITLS",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/cri-sim", swiftSettings: safe),
    .executableTarget(
      name: "populate",
      dependencies: ["CRI", "CRISystem", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tools/populate", swiftSettings: safe),

    // Tests, with one target for each module.
    .target(
      name: "TestSupport",
      dependencies: [
        "CRIGRPC", "CRIHTTP2", "CRISystem", "CRISimulator", "CRIMessages", "CRIProtobuf", "CRIJSON",
        "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIDoctor", "CRIReport", "CRIText",
      ],
      path: "Tests/Support", resources: [.copy("Recordings")], swiftSettings: dialect),
    .testTarget(name: "CRISystemTests", dependencies: ["CRISystem", "TestSupport"], swiftSettings: dialect),
    .testTarget(
      name: "CRIHTTP2Tests", dependencies: ["CRIHTTP2", "CRISystem", "TestSupport"], swiftSettings: dialect),
    .testTarget(
      name: "CRIGRPCTests", dependencies: ["CRIGRPC", "CRIHTTP2", "CRISystem", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(
      name: "CRITracingTests", dependencies: ["CRITracing", "CRIGRPC", "CRISystem", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(name: "CRITextTests", dependencies: ["CRIText"], swiftSettings: dialect),
    .testTarget(name: "CRIJSONTests", dependencies: ["CRIJSON"], swiftSettings: dialect),
    .testTarget(
      name: "CRITemplateTests", dependencies: ["CRITemplate", "CRIJSON"], resources: [.copy("Facts")],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIYAMLTests", dependencies: ["CRIYAML", "CRIJSON", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIMessagesTests", dependencies: ["CRIMessages", "CRIProtobuf", "CRIJSON", "TestSupport"],
      resources: [.copy("Facts")], swiftSettings: dialect),
    .testTarget(
      name: "CRITests",
      dependencies: ["CRI", "CRISimulator", "CRIGRPC", "CRIMessages", "CRIProtobuf", "CRISystem", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(
      name: "CRISimulatorTests",
      dependencies: [
        "CRISimulator", "CRIGRPC", "CRIMessages", "CRIProtobuf", "CRIJSON", "CRISystem", "CRIText", "cri-sim",
        "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CRISnapshotTests", dependencies: ["CRISnapshot", "CRIMessages", "CRIProtobuf", "CRIJSON", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIVerifyTests",
      dependencies: [
        "CRIVerify", "CRIReport", "CRISnapshot", "CRIRules", "CRIMessages", "CRIProtobuf", "CRIJSON", "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIPreflightTests",
      dependencies: [
        "CRIPreflight", "CRIReport", "CRISnapshot", "CRIRules", "CRIMessages", "CRIProtobuf", "CRIJSON", "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIDoctorTests",
      dependencies: [
        "CRIDoctor", "CRIReport", "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIMessages", "CRIProtobuf",
        "CRIJSON", "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIMonitorTests",
      dependencies: [
        "CRIMonitor", "CRIReport", "CRIDoctor", "CRISnapshot", "CRIRules", "CRIMessages", "CRIProtobuf", "CRIJSON",
        "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CRINodeTests",
      dependencies: [
        "CRINode", "CRIDoctor", "CRI", "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIMessages",
        "CRIProtobuf",
        "CRIJSON", "CRISystem", "CRISimulator", "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CRILogsTests", dependencies: ["CRILogs", "CRIProtobuf", "CRIJSON", "CRISystem", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(
      name: "CRIStreamingTests",
      dependencies: ["CRIStreaming", "CRITLS", "CRIGzip", "CRIJSON", "CRISystem", "TestSupport"],
      swiftSettings: dialect),
    .testTarget(name: "CRICopyTests", dependencies: ["CRICopy", "CRISystem", "TestSupport"], swiftSettings: dialect),
    .testTarget(
      name: "CRIReportTests",
      dependencies: [
        "CRIReport", "CRISnapshot", "CRIRules", "CRIVerify", "CRIPreflight", "CRIDoctor", "CRIText", "CRIJSON",
        "CRIYAML", "CRIProtobuf", "CRIMessages", "TestSupport",
      ],
      swiftSettings: dialect),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "CRICommands", "CRICommandLine", "CRI", "CRIMonitor", "CRIStreaming", "CRISnapshot", "CRIRules", "CRIVerify",
        "CRIGRPC",
        "CRIMessages", "CRIProtobuf", "CRIJSON", "CRIYAML", "CRIText",
        "CRISystem", "cri", "cri-sim", "populate", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: dialect),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

// The fuzzing targets exist only for Tools/fuzz, because they need the compiler's fuzzer.
if Context.environment["CRI_FUZZ_TARGETS"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CRIHTTP2", "CRIGRPC", "CRIProtobuf", "CRIMessages", "CRIJSON", "CRIYAML", "CRITOML", "CRITemplate", "CRILogs",
        "CRISnapshot", "CRIPreflight", "CRIDoctor", "CRINode", "CRIStreaming", "CRICopy", "CRISystem", "CRIText",
      ],
      path: "Tools/fuzzing/Sources", swiftSettings: dialect))
}
