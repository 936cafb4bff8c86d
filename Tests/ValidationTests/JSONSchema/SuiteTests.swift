// Runs the JSON Schema Test Suite (draft 2020-12): every required test, and every optional one
// that is not named with a reason. Never reaches out: remotes are read from the suite's folder.
import Foundation
import Testing

@testable import Validation

struct SuiteTests {
  static let suite = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Suites/JSON-Schema-Test-Suite")

  /// Optional tests we mean to fail: file, group and test (or `*`), with the reason.
  static let skipped: [String: String] = [
    "optional/cross-draft.json | refs to historic drafts are processed as historic drafts | *":
      "our closed set is 2020-12 throughout; a schema of another draft is refused when compiled"
  ]

  static func files(_ folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: suite.appending(path: "draft2020-12/" + folder).path())
    return (names ?? []).filter { $0.hasSuffix(".json") }.sorted().map {
      folder.isEmpty ? $0 : folder + "/" + $0
    }
  }

  static let withRemotes: JSONSchemaRegistry = {
    var registry = JSONSchemaRegistry()
    let root = suite.appending(path: "remotes")
    let paths = FileManager.default.enumerator(atPath: root.path())?.compactMap { $0 as? String }
    for path in (paths ?? []).sorted() where path.hasSuffix(".json") {
      // Folders of other drafts would only hide a mistake.
      let isOther = path.hasPrefix("draft") && !path.hasPrefix("draft20") || path.hasPrefix("v1/")
      guard !isOther, let data = try? Data(contentsOf: root.appending(path: path)) else { continue }
      try? registry.add(Array(data), defaultID: "http://localhost:1234/" + path)
    }
    return registry
  }()

  /// Runs one file and answers the tests with a wrong verdict, by file, group and test.
  static func failures(
    in file: String, assertFormats: Bool
  ) throws -> (failed: [String], run: Int) {
    let data = try Data(contentsOf: suite.appending(path: "draft2020-12/" + file))
    let document = try JSONDocument.parse(Array(data))
    var failed: [String] = []
    var run = 0
    for group in document.root.elements {
      let title = group["description"]?.string ?? ""
      var schema: JSONSchema?
      do {
        var registry = withRemotes
        try registry.add(
          Array(try #require(group["schema"]).rawBytes), defaultID: "urn:suite:schema")
        schema = try registry.compile("urn:suite:schema", assertFormats: assertFormats)
      } catch {
        failed.append("\(file) | \(title) | \(error)")
      }
      for test in try #require(group["tests"]).elements {
        run += 1
        let name = "\(file) | \(title) | \(test["description"]?.string ?? "")"
        let data = try #require(test["data"])
        let issues = schema?.validate(data)
        if issues?.isEmpty != test["valid"]?.bool || schema?.isValid(data) != issues?.isEmpty {
          failed.append(name)
        }
      }
    }
    return (failed, run)
  }

  @Test(arguments: files(""))
  func requiredTestsPass(file: String) throws {
    let (failed, run) = try Self.failures(in: file, assertFormats: false)
    #expect(failed == [])
    #expect(run > 0)
  }

  /// So that a file that is not read, or a loop that does not run, is noticed.
  @Test func theSuiteIsThere() throws {
    let counts = try [("", false), ("optional", false), ("optional/format", true)].map {
      (folder, formats) in
      try Self.files(folder).reduce(0) {
        try $0 + Self.failures(in: $1, assertFormats: formats).run
      }
    }
    #expect(counts == [1299, 162, 764])
    #expect(Self.files("").count == 46)
    #expect(Self.files("optional").count == 13)
    #expect(Self.files("optional/format").count == 21)
  }

  @Test(arguments: files("optional") + files("optional/format"))
  func optionalTestsPassOrAreNamed(file: String) throws {
    let (failed, run) = try Self.failures(
      in: file, assertFormats: file.contains("/format/") || file.hasSuffix("regex.json"))
    let unexplained = failed.filter { name in
      !Self.skipped.keys.contains { Self.covers($0, name) }
    }
    #expect(unexplained == [])
    #expect(run > 0)
    // A reason that is no longer needed must go.
    for key in Self.skipped.keys where key.hasPrefix(file + " |") {
      #expect(failed.contains { Self.covers(key, $0) }, "no longer needed: \(key)")
    }
  }

  private static func covers(_ key: String, _ name: String) -> Bool {
    key.hasSuffix("| *") ? name.hasPrefix(key.dropLast()) : key == name
  }
}
