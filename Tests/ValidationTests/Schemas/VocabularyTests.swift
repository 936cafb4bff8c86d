// The vocabulary is part of the catalogue: it must be there, be whole, and have every word that a
// descriptor uses.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct VocabularyTests {
  /// The medical types, with a text replaced in one file.
  private func files(_ path: String, _ old: String, _ new: String) throws -> [SchemaFile] {
    let bytes = try #require(SchemasFolder.bytes(path))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains(old))
    let changed = SchemaFile(
      path: path, bytes: Array(text.replacing(old, with: new, maxReplacements: 1).utf8))
    return SchemasFolder.medical.filter { $0.path != path } + [changed]
  }

  @Test func itIsReadWhole() throws {
    let set = try SchemasFolder.medicalSet.get()
    let purpose = try #require(set.vocabulary.purpose("medical-education"))
    #expect(purpose.dataCategories.contains("health"))
    #expect(set.vocabulary.consentRule("CN1")?.allowsOverride == true)
    let table = set.vocabulary.purposeCompatibility
    #expect(
      table.answer(received: "medical-education", wanted: "safeguarding") == .safeguardingOverride)
    #expect(table.answer(received: "none-such", wanted: "none-such") == .allowed)
    #expect(table.answer(received: "none-such", wanted: "safeguarding") == .refused)
    #expect(set.publishedFile("vocabulary.json") == SchemasFolder.bytes("vocabulary.json"))
  }

  @Test func aByteOfItChangesTheVersion() throws {
    let changed = try files("vocabulary.json", "\"title\": \"", "\"title\": \"X")
    let before = try SchemasFolder.medicalSet.get().catalogueVersion
    #expect(try SchemaSet(files: changed, compiling: .whenNeeded).catalogueVersion != before)
  }

  @Test(arguments: [
    ("\"medical-education\"", "\"medical-educations\"", "/purposeCompatibility/table/"),
    ("\"unlisted\": \"N\"", "\"unlisted\": \"Q\"", "/purposeCompatibility/unlisted"),
    (
      "\"dataCategories\": [", "\"dataCategories\": [\"none-such\",", "/purposes/0/dataCategories/0"
    ),
    ("\"token\": \"uk-gdpr:A6-1-c\"", "\"token\": \"uk-gdpr:A6-1-a\"", "/lawfulBases/1/token"),
    ("\"consentRules\"", "\"consentRule\"", "/consentRules"),
    ("{", "{,", ""),
  ])
  func itsFaultsAreTold(old: String, new: String, place: String) throws {
    let changed = try files("vocabulary.json", old, new)
    let error = #expect(throws: SchemaFaults.self) {
      try SchemaSet(files: changed, compiling: .whenNeeded)
    }
    let faults = try #require(error).faults
    #expect(
      faults.contains { $0.file == "vocabulary.json" && $0.place.hasPrefix(place) }, "\(faults)")
  }

  @Test func withoutItNothingStarts() throws {
    let rest = SchemasFolder.medical.filter { $0.path != "vocabulary.json" }
    let error = #expect(throws: SchemaFaults.self) { try SchemaSet(files: rest) }
    #expect(error?.faults == [SchemaFault(file: "vocabulary.json", message: "is missing")])
  }

  @Test(arguments: [
    (
      "\"purposes\": [\n    \"medical-education\"", "\"purposes\": [\n    \"medical\"",
      "/purposes/0"
    ),
    ("\"uk-gdpr:A6-1-e\"", "\"uk-gdpr:A6-1-z\"", "/lawfulBases/0"),
    ("\"inclusion-support-service\"", "\"inclusion-service\"", "/routes/0/to/0"),
    ("\"consentRule\": \"CN0\"", "\"consentRule\": \"CN7\"", "/consentRule"),
    ("\"slug\"", "\"effect\": \"none-such\", \"slug\"", "/effect"),
    ("\"slug\"", "\"effect\": \"objection\", \"slug\"", "/effect"),
    ("\"slug\"", "\"consentItems\": \"/whatItems\", \"slug\"", "/consentItems"),
    ("\"slug\"", "\"consentItems\": \"/child/upn\", \"slug\"", "/consentItems"),
    ("\"slug\"", "\"endsOn\": \"2026-02-30\", \"slug\"", "/endsOn"),
  ])
  func aDescriptorSpeaksItsWords(old: String, new: String, place: String) throws {
    let path = "messages/medical-referral/v1/message.json"
    let changed = try files(path, old, new)
    let error = #expect(throws: SchemaFaults.self) { try SchemaSet(files: changed) }
    let faults = try #require(error).faults
    #expect(faults.contains { $0.file == path && $0.place == place }, "\(faults)")
  }
}
