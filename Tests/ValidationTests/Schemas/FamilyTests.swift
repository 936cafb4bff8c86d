// The families of the catalogue: each type is of one, and README lists it there.
import ExchangeModel
import Testing
import Foundation

@testable import Validation

@Suite struct FamilyTests {
  @Test func readmeListsEachTypeUnderItsFamily() throws {
    let set = try SchemaSet(files: SchemasFolder.files, compiling: .whenNeeded)
    let readme = String(decoding: try #require(SchemasFolder.bytes("README.md")), as: UTF8.self)
    #expect(set.messageTypes.count == 89)
    for type in set.messageTypes {
      let family = try #require(type.family, "\(type.code)")
      let start = try #require(readme.range(of: "**\(family.rawValue)**:"), "\(family)")
      let paragraph = readme[start.upperBound...].split(separator: ".", maxSplits: 1)[0]
      #expect(paragraph.contains("`\(type.slug)`"), "\(type.slug)")
      #expect(readme.contains("`\(type.code.split(separator: ".")[0])`"))
    }
    #expect(Set(set.messageTypes.compactMap(\.family)) == Set(MessageFamily.allCases))
  }

  @Test func aTypeAndAVersionCanBeAddedAsFilesAlone() throws {
    let one = "messages/medical-referral/v1/"
    var files = SchemasFolder.medical
    for file in SchemasFolder.medical
    where file.path.hasPrefix(one) && !file.path.contains("examples") {
      let text = String(decoding: file.bytes, as: UTF8.self)
        .replacing("medical-referral/v1", with: "medical-referral/v2")
        .replacing("medical-referral.v1", with: "medical-referral.v2")
        .replacing("\"version\": 1", with: "\"version\": 2")
      let path = file.path.replacing("/v1/", with: "/v2/")
      files.append(SchemaFile(path: path, bytes: Array(text.utf8)))
      guard file.path == one + "message.json" else { continue }
      let ended = String(decoding: file.bytes, as: UTF8.self)
        .replacing("\"version\": 1", with: "\"version\": 1, \"endsOn\": \"2027-08-31\"")
      files.removeAll { $0.path == file.path }
      files.append(SchemaFile(path: file.path, bytes: Array(ended.utf8)))
    }
    let set = try SchemaSet(files: files)
    let ends = try #require(set.messageType("gatehouse.medical-referral.v1")).endsOn
    #expect(ends == CivilDate("2027-08-31"))
    #expect(set.messageType("gatehouse.medical-referral.v2")?.endsOn == nil)
    for version in 1...2 {
      for format in ["json", "xml"] {
        let example = "\(one)examples/year-9-fatigue.valid.\(format)"
        let text = String(decoding: try #require(SchemasFolder.bytes(example)), as: UTF8.self)
          .replacing("medical-referral.v1", with: "medical-referral.v\(version)")
          .replacing("medical-referral/v1", with: "medical-referral/v\(version)")
          .replacing("medical-referral:v1", with: "medical-referral:v\(version)")
        let read = try EnvelopeReader.read(
          Array(text.utf8), format: format == "xml" ? .xml : .json)
        #expect(try set.validate(read).messageType.version == version)
      }
    }
  }
}
