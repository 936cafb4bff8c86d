// Each rule can fail: it finds the fault in a small bad text, and nothing in a good one.

import Testing

private func file(_ text: String, at path: String = "Sources/Policy/Decide.swift") -> SwiftCode {
  SwiftCode(path: path, text: text)
}

@Suite("The rules of the rooms can fail")
struct RoomRuleTests {
  @Test(arguments: [
    ("Sources/Policy/A.swift", "import Storage"),
    ("Sources/Policy/A.swift", "import Foundation"),
    ("Sources/ExchangeModel/A.swift", "package import Logging"),
    ("Sources/Validation/JSON/A.swift", "@preconcurrency import GRDB"),
    ("Sources/MessageLog/A.swift", "import NIOCore"),
    ("Sources/Storage/A.swift", "import Policy"),
    ("Sources/Gateway/A.swift", "@_spi(Testing) package import ArgumentParser"),
    ("Sources/Gateway/A.swift", "import struct GRDB.Row"),
    ("Sources/Gateway/A.swift", "import Console"),
    ("Sources/gatehouse/A.swift", "  import NIOPosix"),
    ("Sources/Policy/A.swift", "import SomethingNew"),
    ("Sources/Cellar/A.swift", "let a = 1"),
  ])
  func importsUpOrAside(path: String, text: String) {
    #expect(!RoomRules.imports(file(text, at: path)).isEmpty)
  }

  @Test(arguments: [
    ("Sources/Policy/A.swift", "package import ExchangeModel\n// import GRDB"),
    ("Sources/Storage/A.swift", "import GRDB\nimport MessageLog\nimport Foundation"),
    ("Sources/Gateway/A.swift", "import NIOCore\nimport NIOSSL\npackage import Storage"),
    ("Sources/gatehouse/A.swift", "import ArgumentParser\nimport Gateway"),
    ("Sources/Policy/A.swift", "let text = \"import GRDB\"\nlet importance = 1"),
  ])
  func importsDown(path: String, text: String) {
    #expect(RoomRules.imports(file(text, at: path)).isEmpty)
  }

  @Test func ownersAreNamed() {
    let rules = RoomRules.imports(file("import GRDB", at: "Sources/Gateway/A.swift")).map(\.rule)
    #expect(rules == ["room-imports", "module-owner"])
  }

  @Test func everyOwnerMayImportWhatItOwns() {
    for owner in Room.owners {
      for name in owner.rooms {
        let room = Room.plan.first { $0.name == name }
        let module = owner.module.replacing("*", with: "X")
        #expect(room?.mayImport(module) == true, "\(name) and \(module)")
      }
    }
  }

  @Test func thePlanHasNoCircle() {
    var placed: Set<String> = []
    for _ in Room.plan {
      for room in Room.plan where room.rooms.isSubset(of: placed) { placed.insert(room.name) }
    }
    #expect(placed.count == Room.plan.count)
  }

  @Test func xctestIsFound() {
    let text = "import XCTest"
    #expect(RoomRules.testImports(file(text, at: "Tests/PolicyTests/A.swift")).count == 1)
    #expect(RoomRules.testImports(file("import Testing", at: "Tests/X/A.swift")).isEmpty)
  }

  @Test(arguments: [
    ("Sources/Policy/Utils.swift", ""), ("Sources/Policy/StringHelpers.swift", ""),
    ("Sources/Gateway/Core/A.swift", ""), ("Sources/Storage/StorageCommon.swift", ""),
    ("Sources/Policy/A.swift", "struct DateHelper {}"), ("Sources/Policy/A.swift", "enum Misc {}"),
    ("Sources/Policy/A.swift", "final class PolicyCore {}"),
    ("Sources/Policy/A.swift", "package enum Policy {}"),
  ])
  func emptyNames(path: String, text: String) {
    #expect(!RoomRules.names(file(text, at: path)).isEmpty)
  }

  @Test(arguments: [
    ("Sources/CommonTransfer/CommonTransferFile.swift", "struct CommonTransferFile {}"),
    ("Sources/Policy/Score.swift", "struct Score {}\n// enum Utils"),
    ("Sources/Policy/A.swift", "struct PolicyVersion {}"),
  ])
  func tellingNames(path: String, text: String) {
    #expect(RoomRules.names(file(text, at: path)).isEmpty)
  }
}

@Suite("The rules of words can fail")
struct WordRuleTests {
  @Test(arguments: [
    "let tenantName = 1", "var clientID: String", "let deadLetterURL = a", "case bounced",
    "func purge() {}", "struct BlockChain {}", "let s = \"CREATE TABLE topic (a)\"",
    "let ack_count = 0", "enum HashChain {}", "let studentUPN = a",
  ])
  func wrongWords(_ text: String) {
    #expect(WordRules.words(file(text)).count == 1)
  }

  @Test(arguments: [
    "// not a blockchain, no dead letter", "let acknowledged = true", "let clientAuthority = a",
    "let back = track", "let topical = 1", "let package = 1",
  ])
  func otherWords(_ text: String) {
    #expect(WordRules.words(file(text)).isEmpty)
  }

  @Test(arguments: [
    ("deadLetterURL", ["dead", "letter", "url"]), ("URLPath", ["url", "path"]),
    ("sha256Hex", ["sha256", "hex"]), ("snake_case", ["snake", "case"]), ("X", ["x"]), ("", []),
  ])
  func identifiersSplit(identifier: String, words: [String]) {
    #expect(IdentifierWords.of(identifier) == words)
  }
}

@Suite("The rules of safety can fail")
struct SafetyRuleTests {
  @Test(arguments: [
    ("let a = try! f()", "force-try"), ("let a = b as! C", "force-cast"),
    ("fatalError(\"no\")", "fatal-error"), ("_ = fatalError", "fatal-error"),
    ("let a = b!", "force-unwrap"), ("let a = b!.c", "force-unwrap"),
    ("let a = f()! + 1", "force-unwrap"), ("let a = b[0]!", "force-unwrap"),
    ("var a: Int!", "force-unwrap"), ("let u = URL(string: \"x\")!", "force-unwrap"),
    ("let s = \"\\(a!)\"", "force-unwrap"), ("if a! == b {}", "force-unwrap"),
    ("public struct A {}", "public"), ("  public private(set) var a = 1", "public"),
    ("open class A {}", "public"), ("  print(\"a\")", "print"), ("dump(a)", "print"),
    ("let a = JSONDecoder()", "foundation-parsers"),
  ])
  func unsafeLines(text: String, rule: String) {
    #expect(SafetyRules.check(file(text)).map(\.rule) == [rule])
  }

  @Test(arguments: [
    "if a != b && !c {}", "guard !a.isEmpty, !(b is C) else { return }", "let a = \"Hello!\"",
    "// never try! here, nor fatalError", "let publicKey = key.publicKey", "let a = open(path, 1)",
    "precondition(count > 0, \"count\")", "writer.print(a)", "let blueprint = footprint(a)",
    "if a !== b {}", "let f: (Bool) -> Bool = { !$0 }",
  ])
  func safeLines(_ text: String) {
    #expect(SafetyRules.check(file(text)).isEmpty)
  }

  @Test func theCommandMayPrint() {
    #expect(SafetyRules.check(file("print(a)", at: "Sources/gatehouse/A.swift")).isEmpty)
  }
}

@Suite("The rules of shape can fail")
struct ShapeRuleTests {
  @Test(arguments: [
    ("A.swift", "import X"), ("A.swift", "//\n// A"), ("A.swift", "\n// What it is"),
    ("a.py", "import os"), ("a.py", "#!/usr/bin/env python3\nimport os"), ("A.java", "class A {}"),
    ("a.service", "[Unit]"), ("A.swift", ""),
  ])
  func silentOpenings(path: String, text: String) {
    #expect(ShapeRules.openingComment(path: path, text: text).count == 1)
  }

  @Test(arguments: [
    ("A.swift", "// What it is."), ("a.py", "#!/usr/bin/env python3\n\"\"\"What it is.\"\"\""),
    ("A.java", "/* What it is. */"), ("a.md", "Text"),
  ])
  func openingsThatSay(path: String, text: String) {
    #expect(ShapeRules.openingComment(path: path, text: text).isEmpty)
  }

  @Test func longLines() {
    let text = String(repeating: "é", count: 100) + "\n" + String(repeating: "a", count: 101)
    let lines = text.split(separator: "\n")
    #expect(ShapeRules.lineLength(path: "A.swift", lines: lines).map(\.line) == [2])
  }

  @Test func longFiles() {
    let lines = Array(repeating: Substring("a"), count: 600) + [""]
    #expect(ShapeRules.fileLength(path: "A.swift", lines: lines).isEmpty)
    #expect(ShapeRules.fileLength(path: "A.swift", lines: ["a"] + lines).count == 1)
  }

  private func function(_ head: String, lines: Int) -> SwiftCode {
    let body = Array(repeating: "  if a { b() }", count: lines - 2).joined(separator: "\n")
    return file("struct S {\n\(head) {\n\(body)\n}\n}\n")
  }

  @Test(arguments: [
    "func f()", "init?(a: Int)", "subscript(a: Int) -> Int", "deinit",
    "private static func f<T>(\n  a: T = { 1 }(),\n  b: [Int]\n) async throws -> T\nwhere T: A",
  ])
  func longFunctions(_ head: String) {
    let headLines = head.split(separator: "\n").count - 1
    #expect(ShapeRules.functionLength(function(head, lines: 70 - headLines)).isEmpty)
    let findings = ShapeRules.functionLength(function(head, lines: 71 - headLines))
    #expect(findings.map(\.line) == [2])
  }

  @Test func requirementsHaveNoBody() {
    let text = """
      protocol P {
        init(a: Int)
        func f() -> Int
        func g(
          a: Int
        ) throws
      }
      let a = S.init(b) { c in
      }
      func h() { self.init(a) }
      """
    #expect(ShapeRules.functions(file(text)).map(\.line) == [10])
  }
}

@Suite("The rules of texts can fail")
struct TextRuleTests {
  @Test func homePaths() {
    #expect(TextRules.homePaths(path: "a", text: "x\nread /home/ann/file").map(\.line) == [2])
    #expect(TextRules.homePaths(path: "a", text: "\"/Users/ann\"").count == 1)
    #expect(TextRules.homePaths(path: "a", text: "/var/lib/gatehouse and a/home/b").isEmpty)
  }

  @Test func registries() {
    #expect(TextRules.registries(path: "a", text: "from https://pypi.org/simple").count == 1)
    #expect(TextRules.registries(path: "a", text: "pip --extra-index-url x").count == 1)
    #expect(TextRules.registries(path: "a", text: "https://github.com/apple/swift-nio").isEmpty)
  }

  @Test(arguments: ["\n", "\\n", "\"\n  + \""])
  func privateKeys(_ gap: String) {
    let material = String(repeating: "MIGH", count: 10)
    let key = "-----BEGIN EC PRIVATE KEY-----\(gap)\(material)"
    #expect(TextRules.privateKeys(path: "a", text: "a\n" + key).map(\.line) == [2])
    #expect(TextRules.privateKeys(path: "a", text: "\"-----BEGIN PRIVATE KEY-----\"").isEmpty)
    let certificate = "-----BEGIN CERTIFICATE-----\(gap)\(material)"
    #expect(TextRules.privateKeys(path: "a", text: certificate).isEmpty)
  }

  @Test(arguments: [
    "Package.resolved", ".build/debug/gatehouse", "certs/party.key.pem", "data/gatehouse.sqlite",
    "Tests/Interop/__pycache__/run.pyc",
  ])
  func trackedProducts(_ path: String) {
    #expect(TextRules.tracked([path, "Sources/Policy/Decide.swift"]).map(\.path) == [path])
  }

  @Test func exceptionsExcuseOneRuleOfOneFile() {
    let exception = Exception(path: "Sources/A/B.swift", rule: "print", reason: "why")
    let excused = Finding(path: "Sources/A/B.swift", line: 1, rule: "print", message: "")
    let other = Finding(path: "Sources/A/B.swift", line: 1, rule: "public", message: "")
    let elsewhere = Finding(path: "Sources/A/C.swift", line: 1, rule: "print", message: "")
    #expect([excused, other, elsewhere].unexcused(by: [exception]) == [other, elsewhere])
  }
}
