// swift-tools-version: 6.1
// What Gatehouse is built from: the rooms (targets), what each may import, and the pinned
// packages. Rooms only depend downwards; Tests/TidyTests checks the imports as well.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
  .product(name: "NIOTLS", package: "swift-nio"),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
  name: "gatehouse",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  targets: [
    .target(name: "ExchangeModel", swiftSettings: strict),
    .systemLibrary(
      name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .target(
      name: "Validation", dependencies: ["ExchangeModel", "CLibXML2"], swiftSettings: strict),
    .target(name: "MessageLog", dependencies: ["ExchangeModel", crypto], swiftSettings: strict),
    .target(name: "Policy", dependencies: ["ExchangeModel"], swiftSettings: strict),
    .target(
      name: "CommonTransfer", dependencies: ["ExchangeModel", "Validation"],
      swiftSettings: strict),
    .target(
      name: "PupilTracing", dependencies: ["ExchangeModel", "Validation"], swiftSettings: strict),
    .target(
      name: "Storage",
      dependencies: [
        "ExchangeModel", "Validation", "MessageLog", "CommonTransfer", "PupilTracing", crypto,
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: strict),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Gateway",
      dependencies: [
        "ExchangeModel", "Validation", "MessageLog", "Policy", "CommonTransfer", "PupilTracing",
        "Storage", "CZlib", crypto,
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ] + nio, swiftSettings: strict),
    .executableTarget(
      name: "gatehouse",
      dependencies: [
        "ExchangeModel", "Validation", "MessageLog", "Policy", "CommonTransfer", "PupilTracing",
        "Storage", "Gateway", crypto,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ], swiftSettings: strict),
    .testTarget(
      name: "ExchangeModelTests", dependencies: ["ExchangeModel"], swiftSettings: strict),
    .testTarget(
      name: "ValidationTests", dependencies: ["ExchangeModel", "Validation", crypto],
      swiftSettings: strict),
    .testTarget(
      name: "MessageLogTests", dependencies: ["ExchangeModel", "MessageLog", crypto],
      swiftSettings: strict),
    .testTarget(
      name: "PolicyTests", dependencies: ["ExchangeModel", "Policy"],
      exclude: ["catalogue-matrix.csv"], swiftSettings: strict),
    .testTarget(
      name: "CommonTransferTests", dependencies: ["ExchangeModel", "Validation", "CommonTransfer"],
      swiftSettings: strict),
    .testTarget(
      name: "PupilTracingTests", dependencies: ["ExchangeModel", "PupilTracing"],
      swiftSettings: strict),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "ExchangeModel", "Validation", "MessageLog", "Policy", "PupilTracing", "Storage", crypto,
        .product(name: "GRDB", package: "GRDB.swift"),
      ], swiftSettings: strict),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "ExchangeModel", "Validation", "MessageLog", "Policy", "Storage", "Gateway", crypto,
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ] + nio, swiftSettings: strict),
    .testTarget(
      name: "GatehouseTests",
      dependencies: [
        "gatehouse", "ExchangeModel", "Validation", "MessageLog", "Policy", "Storage", "Gateway",
        crypto,
      ], swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ]
)
