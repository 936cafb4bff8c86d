// A masked copy tells nobody where the child can be found, keeps the rest, and says what it lacks.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct PayloadMaskTests {
  let set: SchemaSet

  init() throws { set = try SchemasFolder.set.get() }

  @Test func whatRevealsAPlaceIsMarkedOrExcused() throws {
    var asked = 0
    var excused: Set<String> = []
    for type in set.messageTypes {
      let compiled = try #require(set.compiled(type.type))
      for place in RevealingPlace.all(of: compiled, set.vocabulary) {
        asked += 1
        if let excuse = place.excuse {
          #expect(!place.isMarked, "\(place) is marked, yet \(excuse)")
          excused.insert(excuse)
        } else {
          #expect(place.isMarked, "mark \(place) (\(place.definition ?? "")), or say why not")
        }
      }
    }
    #expect(asked > 200, "\(asked)")
    let spare = Set(RevealingPlace.excuses.values).subtracting(excused)
    #expect(spare.isEmpty, "nothing needs these excuses")
  }

  /// A word is planted at each place in question, and at no other; none may be left.
  @Test(arguments: SchemasFolder.examples("valid").filter { $0.format == .json })
  func noPlantedWordSurvives(_ example: SchemasFolder.Example) throws {
    let read = try EnvelopeReader.read(example.bytes, format: .json)
    let type = read.envelope.type
    let compiled = try #require(set.compiled(type))
    let places = RevealingPlace.all(of: compiled, set.vocabulary).filter { $0.excuse == nil }
    let root = try JSONDocument.parse(read.envelope.payload.bytes).root
    var seed = SeededGenerator(seed: UInt64(example.path.utf8.reduce(0) { $0 &+ UInt64($1) }))
    var planter = Planter(places: Set(places.map(\.path)), word: "Zq\(seed.next())xv")
    planter.plant(root, "")
    for format in ContentFormat.allCases {
      let planted = try set.convert(
        Payload(format: .json, bytes: planter.writer.bytes), of: type, to: format)
      let text = String(decoding: planted.bytes, as: UTF8.self)
      #expect(planter.count == 0 || text.contains(planter.word))
      let masked = try set.masked(planted, of: type)
      let left = String(decoding: masked.payload.bytes, as: UTF8.self)
      #expect(masked.payload.format == format)
      #expect(!left.contains(planter.word), "\(masked.places)")
      #expect(planter.count == 0 || !masked.places.isEmpty)
      #expect(!masked.places.contains { $0.contains(planter.word) })
      // The mark of the sensitive address itself stays, and so does what is not marked.
      #expect(Self.marks(in: left) == Self.marks(in: text))
      let json = try set.convert(masked.payload, of: type, to: .json)
      let kept = try JSONDocument.parse(json.bytes).root
      for name in ["child", "concern", "medicalCondition"] {
        #expect(kept[name].map(canonical) == root[name].map(canonical))
      }
    }
  }

  private static func marks(in text: String) -> Int {
    text.ranges(of: "addressSensitive\":true").count
      + text.ranges(of: "<addressSensitive>true").count
  }

  @Test func aRequiredTextIsWithheldAndTheRestLeftOut() throws {
    let bytes = try #require(
      SchemasFolder.bytes("messages/medical-referral/v1/examples/year-9-fatigue.valid.json"))
    let read = try EnvelopeReader.read(bytes, format: .json)
    let masked = try set.masked(read.envelope.payload, of: read.envelope.type)
    let root = try JSONDocument.parse(masked.payload.bytes).root
    #expect(root["childEducation"]?["schoolName"]?.string == "withheld")
    #expect(root["childEducation"]?["leaEstab"] == nil)
    #expect(root["childEducation"]?["ncYear"] != nil)
    #expect(root["childAddress"]?["postcode"] == nil)
    #expect(root["childAddress"]?["addressSensitive"]?.bool == false)
    #expect(root["parents"]?.count == 1 || (root["parents"]?.count ?? 0) > 0)
    for parent in root.elements(of: "parents") {
      #expect(parent["name"] != nil && parent["mobile"] == nil && parent["email"] == nil)
    }
    #expect(masked.places.contains("/childAddress/postcode"))
    #expect(masked.places.contains { $0.hasPrefix("/parents/*/") })
  }

  @Test func whatIsNoPayloadIsRefused() {
    let payload = Payload(format: .json, bytes: Array("{".utf8))
    let invalid = #expect(throws: Refusal.self) {
      try set.masked(payload, of: "gatehouse.medical-referral.v1")
    }
    #expect(invalid?.code == .payloadInvalid)
    let unknown = #expect(throws: Refusal.self) { try set.masked(payload, of: "gatehouse.no.v1") }
    #expect(unknown?.code == .unknownMessageType)
  }

  @Test func aSensitiveAddressNeedsNoPostcode() throws {
    let path = "messages/safeguarding-referral/v1/examples/address-sensitive.valid.json"
    let text = String(decoding: try #require(SchemasFolder.bytes(path)), as: UTF8.self)
    let line = /\s*"postcode": "[^"]*",?/
    let without = text.replacing(line, with: "", maxReplacements: 1)
    #expect(without != text)
    _ = try set.validate(try EnvelopeReader.read(Array(without.utf8), format: .json))
    let open = without.replacing("\"addressSensitive\": true", with: "\"addressSensitive\": false")
    let refusal = #expect(throws: Refusal.self) {
      try set.validate(try EnvelopeReader.read(Array(open.utf8), format: .json))
    }
    #expect(refusal?.issues.map(\.rule) == ["required"])
  }
}

/// Writes a payload anew with a word at the places in question and addresses made sensitive.
private struct Planter {
  let places: Set<String>
  let word: String
  var writer = JSONWriter()
  var count = 0

  init(places: Set<String>, word: String) {
    self.places = places
    self.word = word
  }

  mutating func plant(_ value: JSONNode, _ path: String) {
    switch value.kind {
    case .object:
      writer.beginObject()
      for (key, inner) in value.members {
        writer.key(key)
        if key == "addressSensitive" { writer.bool(true) } else { plant(inner, "\(path)/\(key)") }
      }
      writer.endObject()
    case .array:
      writer.beginArray()
      for inner in value.elements { plant(inner, path + "/*") }
      writer.endArray()
    case .string where places.contains(path):
      writer.string(word)
      count += 1
    default: writer.raw(value.rawBytes)
    }
  }
}
