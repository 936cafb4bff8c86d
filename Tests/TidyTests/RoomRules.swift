// The plan of the rooms: who may import what, and which files and types may not be named how.
// ARCHITECTURE.md draws the same picture.

/// A folder of `Sources` and all that it may import.
struct Room: Sendable {
  let name: String
  /// Rooms below it.
  let rooms: Set<String>
  /// Modules of packages and of the system; a trailing `*` stands for any ending.
  let modules: Set<String>

  func mayImport(_ module: String) -> Bool {
    rooms.contains(module) || modules.contains(module)
      || modules.contains { $0.hasSuffix("*") && module.hasPrefix($0.dropLast()) }
  }

  private static let system: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization",
  ]
  private static let network: Set<String> = [
    "NIO*", "AsyncHTTPClient", "Hummingbird*", "HTTPTypes", "ServiceLifecycle", "Logging",
    "UnixSignals", "Metrics", "Crypto", "X509", "SwiftASN1",
  ]
  private static let below: Set<String> = [
    "ExchangeModel", "Validation", "Policy", "MessageLog", "PupilTracing", "CommonTransfer",
    "Storage",
  ]

  /// Every room there may be. Pure rooms have no I/O: no Foundation, no store, no network, no log.
  static let plan: [Room] = [
    Room(name: "CLibXML2", rooms: [], modules: []),
    Room(name: "CLibPQ", rooms: [], modules: []),
    Room(name: "CZlib", rooms: [], modules: []),
    Room(name: "ExchangeModel", rooms: [], modules: []),
    Room(
      name: "Validation", rooms: ["ExchangeModel"], modules: ["CLibXML2", "Synchronization"]),
    Room(name: "MessageLog", rooms: ["ExchangeModel"], modules: ["Crypto"]),
    Room(name: "Policy", rooms: ["ExchangeModel"], modules: []),
    Room(name: "PupilTracing", rooms: ["ExchangeModel", "Validation"], modules: []),
    Room(name: "CommonTransfer", rooms: ["ExchangeModel", "Validation"], modules: []),
    Room(
      name: "Storage",
      // Not Policy: the store takes the decision as a closure.
      rooms: ["ExchangeModel", "Validation", "MessageLog", "PupilTracing", "CommonTransfer"],
      modules: system.union(["GRDB", "CLibPQ", "Crypto", "Logging"])),
    Room(name: "Gateway", rooms: below, modules: system.union(network).union(["CZlib"])),
    Room(name: "Console", rooms: below, modules: system.union(network).union(["Mustache"])),
    Room(
      name: "gatehouse", rooms: below.union(["Gateway", "Console"]),
      modules: system.union([
        "ArgumentParser", "Crypto", "Logging", "ServiceLifecycle", "UnixSignals",
      ])),
  ]

  /// Modules that one or two rooms keep to themselves, whatever their lists say.
  static let owners: [(module: String, rooms: Set<String>)] = [
    ("GRDB", ["Storage"]), ("CLibXML2", ["Validation"]), ("CLibPQ", ["Storage"]),
    ("CZlib", ["Gateway"]),
    ("ArgumentParser", ["gatehouse"]), ("NIO*", ["Gateway", "Console"]),
    ("AsyncHTTPClient", ["Gateway", "Console"]), ("Hummingbird*", ["Gateway", "Console"]),
  ]
}

enum RoomRules {
  /// Imports point down, and each module stays in the rooms that own it.
  static func imports(_ file: SwiftCode) -> [Finding] {
    guard file.isSource else { return [] }
    guard let room = Room.plan.first(where: { $0.name == file.room }) else {
      return [finding(file, 0, "room-imports", "there is no room \(file.room) in the plan")]
    }
    var findings: [Finding] = []
    for (number, module) in importedModules(file) {
      if !room.mayImport(module) {
        findings.append(
          finding(file, number, "room-imports", "\(room.name) may not import \(module)"))
      }
      for owner in Room.owners where matches(module, owner.module) {
        guard !owner.rooms.contains(room.name) else { continue }
        let rooms = owner.rooms.sorted().joined(separator: " and ")
        findings.append(
          finding(file, number, "module-owner", "only \(rooms) may import \(module)"))
      }
    }
    return findings
  }

  /// Tests use Swift Testing alone.
  static func testImports(_ file: SwiftCode) -> [Finding] {
    guard file.path.hasPrefix("Tests/") else { return [] }
    return importedModules(file).filter { $0.module == "XCTest" }
      .map { finding(file, $0.line, "test-imports", "import Testing, not XCTest") }
  }

  /// No room, folder, file or type is called by a name that says nothing, and no type bears the
  /// name of its module.
  static func names(_ file: SwiftCode) -> [Finding] {
    guard file.isSource else { return [] }
    var findings: [Finding] = []
    for part in file.path.split(separator: "/").dropFirst() {
      let name = part.split(separator: ".").first.map { String($0) } ?? ""
      if isEmptyName(name) {
        findings.append(finding(file, 0, "empty-name", "\(name) does not say what it is"))
      }
    }
    let declaration = /\b(?:struct|class|enum|actor|protocol|typealias)\s+([A-Z]\w*)/
    let keywords = ["struct ", "class ", "enum ", "actor ", "protocol ", "typealias "]
    for (index, line) in file.code.enumerated()
    where keywords.contains(where: { line.contains($0) }) {
      for match in line.matches(of: declaration) {
        let name = String(match.1)
        if isEmptyName(name) {
          findings.append(finding(file, index + 1, "empty-name", "\(name) does not say what it is"))
        }
        if Room.plan.contains(where: { $0.name == name }) {
          findings.append(
            finding(file, index + 1, "module-name", "\(name) is the name of a module"))
        }
      }
    }
    return findings
  }

  /// `import X`, `package import X`, `@testable import X`, `import struct X.Y`: the X, with lines.
  private static func importedModules(_ file: SwiftCode) -> [(line: Int, module: String)] {
    let pattern =
      #/
      ^ \s* (?: @\w+ (?: \([^)]*\) )? \s+ | \w+ \s+ )*? import \s+
      (?: (?: struct|class|enum|protocol|func|var|let|typealias ) \s+ )? (\w+)
      /#
    return file.code.enumerated().compactMap { index, line in
      guard line.contains("import") else { return nil }
      return line.firstMatch(of: pattern).map { (index + 1, String($0.1)) }
    }
  }

  private static func matches(_ module: String, _ pattern: String) -> Bool {
    pattern.hasSuffix("*") ? module.hasPrefix(pattern.dropLast()) : module == pattern
  }

  private static func isEmptyName(_ name: String) -> Bool {
    let words = IdentifierWords.of(name)
    let nowhere: Set<String> = [
      "util", "utils", "utility", "utilities", "helper", "helpers", "misc",
    ]
    return words.contains { nowhere.contains($0) }
      || ["core", "common"].contains(words.last ?? "")
  }

  private static func finding(
    _ file: SwiftCode, _ line: Int, _ rule: String, _ message: String
  ) -> Finding {
    Finding(path: file.path, line: line, rule: rule, message: message)
  }
}
