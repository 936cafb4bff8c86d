// The derived XML Schemas: what we write is valid by them, and they are what the tables say.
// They are ours; DfE's are not public.

import Foundation
import Testing
import Validation

@testable import CommonTransfer

@Suite("Transfer files: derived schemas")
struct DerivedSchemaTests {
  private static func schema(_ version: Int) throws -> XSDSchema {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.path + "/schemas/ctf/ctf-\(version)-derived.xsd"
    return try XSDSchema(Array(try #require(FileManager.default.contents(atPath: path))))
  }

  /// A pupil with every block, in the wrong order and with empty elements.
  private static var full: String {
    var pupil = SamplePupil(sexTag: "Gender")
    pupil.rest = PupilElements.order.flatMap { $0 }.reversed().compactMap { name in
      ["UPN", "Surname", "Forename", "DOB", "Gender", "Sex", "BasicDetails"].contains(name)
        ? nil : block(name, depth: 0)
    }.joined()
    return SampleFile(versionTag: "CTFVersion", version: "19.0", pupils: [pupil, .other]).text
  }

  private static func block(_ name: String, depth: Int) -> String {
    guard let children = PupilElements.children[name], depth < 8 else {
      let value =
        name.hasSuffix("Date")
        ? "2020-01-01"
        : name == "RemovalGrounds"
          ? "m"
          : name == "LEA"
            ? "850"
            : "1"
      return name.hasPrefix("AddressLine") ? "<\(name)/>" : "<\(name)>\(value)</\(name)>"
    }
    let rest = children.reversed().filter { $0 != "Sex" }.map { block($0, depth: depth + 1) }
    return "<\(name)>\(rest.joined())</\(name)>"
  }

  @Test(
    "What is written is valid by the schema of its version, whatever was read", arguments: [24, 25])
  func written(version: Int) throws {
    let bytes = Array(Self.full.utf8)
    let settings = SampleFile.settings
    let header = TransferReader.read(bytes, name: nil, settings: settings).header
    var writer = TransferWriter(header, version: version, made: "2026-11-21T08:00:00")
    _ = TransferReader.read(bytes, name: nil, settings: settings) { writer.add($0) }
    let issues = try Self.schema(version).validate(parsing: writer.finish())
    #expect(issues == [])
    // And the schema can refuse: the file as it was is not valid.
    #expect(try Self.schema(version).validate(parsing: bytes) != [])
  }
}
