// The repository's `schemas/` folder for tests: its files, its examples, and small comparisons.
// Never writes there.
import ExchangeModel
import Foundation
import Testing

@testable import Validation

enum SchemasFolder {
  static let url = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("schemas").resolvingSymlinksInPath()

  /// Every file below `schemas/`.
  static let files: [SchemaFile] = {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []
    return paths.sorted().compactMap { path in
      let file = url.appendingPathComponent(path)
      let isFolder = (try? file.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? true
      guard !isFolder, let data = try? Data(contentsOf: file) else { return nil }
      return SchemaFile(path: path, bytes: Array(data))
    }
  }()

  static let set = Result { try SchemaSet(files: files) }

  /// The types of a medical referral with what they share: enough for tests of the loader, which
  /// compiles a set for each case.
  static let medical = files.filter { file in
    !file.path.hasPrefix("messages/")
      || [
        "medical-referral", "fifteen-day-absence-notification", "referral-acknowledgement",
        "triage-outcome",
      ].contains { file.path.hasPrefix("messages/\($0)/") }
  }

  static let vocabulary = files.filter { $0.path == "vocabulary.json" }

  static let medicalSet = Result { try SchemaSet(files: medical) }

  static func bytes(_ path: String) -> [UInt8]? { files.first { $0.path == path }?.bytes }

  /// An example of a message type.
  struct Example: Sendable, CustomTestStringConvertible {
    let path: String
    let bytes: [UInt8]
    var format: ContentFormat { path.hasSuffix(".xml") ? .xml : .json }
    var folder: String { path.components(separatedBy: "/examples/")[0] }
    var testDescription: String { path }
  }

  static func examples(_ kind: String) -> [Example] {
    files.filter { file in
      file.path.hasPrefix("messages/") && file.path.contains("/examples/")
        && (file.path.hasSuffix(".\(kind).json") || file.path.hasSuffix(".\(kind).xml"))
    }.map { Example(path: $0.path, bytes: $0.bytes) }
  }
}

/// A JSON value as text with sorted members: equal texts mean equal values, numbers by their text.
func canonical(_ node: JSONNode) -> String {
  switch node.kind {
  case .object:
    let members = node.members.map { "\($0.key)=\(canonical($0.value))" }.sorted()
    return "{" + members.joined(separator: ";") + "}"
  case .array: return "[" + node.elements.map { canonical($0) }.joined(separator: ";") + "]"
  case .string: return "\"\(node.string ?? "")\""
  case .number, .boolean, .null: return String(decoding: node.rawBytes, as: UTF8.self)
  }
}

func canonical(_ json: [UInt8]) throws -> String { canonical(try JSONDocument.parse(json).root) }

/// A deterministic source of numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
