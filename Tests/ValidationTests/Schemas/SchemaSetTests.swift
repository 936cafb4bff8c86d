// The set of message types: what operators are told, new types without Swift, two versions, and
// that no message ever repeats a value.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct SchemaSetTests {
  @Test func theFourTypesAreThere() throws {
    let set = try SchemasFolder.medicalSet.get()
    let expected = [
      "MED.REF": "medical-referral", "MED.ABS15": "fifteen-day-absence-notification",
      "MED.ACK": "referral-acknowledgement", "MED.TRIAGE": "triage-outcome",
    ]
    for (code, slug) in expected {
      let type = try #require(set.messageType("gatehouse.\(slug).v1"))
      #expect(type.code == code)
      for reply in type.expectedReplies { #expect(set.messageType(reply.type) != nil) }
    }
    let referral = try #require(set.messageType("gatehouse.medical-referral.v1"))
    let required = referral.attachments.filter(\.isRequired).map(\.kind)
    #expect(Set(required) == ["attendance-certificate", "ihcp"])
    #expect(referral.childIdentifiers["upn"] == "/child/upn")
    #expect(set.publishedFile("messages/medical-referral/v1/payload.xsd") != nil)
  }

  @Test func versionChangesWithAnyByte() throws {
    let set = try SchemasFolder.medicalSet.get()
    #expect(
      try SchemaSet(files: SchemasFolder.medical.reversed()).catalogueVersion
        == set.catalogueVersion)
    let changed = Self.replacing("message.json", "Medical referral", "Medical Referral")
    #expect(try SchemaSet(files: changed).catalogueVersion != set.catalogueVersion)
  }

  @Test func aNewFolderIsANewType() throws {
    let note = Self.note(version: 1, field: #""text": {"type": "string", "maxLength": 9}"#)
    let set = try SchemaSet(files: SchemasFolder.medical + note)
    #expect(set.staleFiles == ["messages/a-note/v1/payload.xsd"])
    let read = try Self.read("gatehouse.a-note.v1", #"{"text":"Hello"}"#)
    let checked = try set.validate(read)
    #expect(checked.messageType.title == "A note")
    let xml = try set.convert(checked.envelope.payload, of: "gatehouse.a-note.v1", to: .xml)
    #expect(
      String(decoding: xml.bytes, as: UTF8.self)
        == #"<aNote xmlns="urn:gatehouse:message:a-note:v1"><text>Hello</text></aNote>"#)
  }

  @Test func whatIsNotNeededIsNotCompiled() throws {
    let broken = Self.replacing("payload.schema.json", "$defs/language", "$defs/languages")
    let set = try SchemaSet(files: broken, compiling: .whenNeeded)
    #expect(set.messageTypes.count == 4)
    // The others work; the broken one is refused, and its faults can be asked for.
    let other = "gatehouse.referral-acknowledgement.v1"
    let payload = #"{"caseRef":"A","receivedAt":"2026-11-21T09:00:00Z"}"#
    _ = try set.validate(try Self.read(other, payload))
    #expect(set.faults(of: other).isEmpty)
    let referral = "gatehouse.medical-referral.v1"
    #expect(throws: Refusal.self) { try set.validate(try Self.read(referral, "{}")) }
    #expect(set.faults(of: referral).map(\.place) == ["/properties/firstLanguage"])
    #expect(set.publishedFile("messages/medical-referral/v1/payload.xsd") == nil)
    #expect(set.publishedFile("messages/triage-outcome/v1/payload.xsd") != nil)
  }

  @Test func aTypeIsCompiledOnceWhoeverAsks() async throws {
    let set = try SchemaSet(files: SchemasFolder.medical, compiling: .whenNeeded)
    let found = await withTaskGroup(of: ObjectIdentifier?.self) { group in
      for _ in 0..<50 {
        group.addTask { set.compiled("gatehouse.triage-outcome.v1").map { ObjectIdentifier($0) } }
      }
      return await group.reduce(into: Set<ObjectIdentifier?>()) { $0.insert($1) }
    }
    #expect(found.count == 1 && !found.contains(nil))
  }

  @Test func twoVersionsLiveAtOnce() throws {
    let one = Self.note(version: 1, field: #""text": {"type": "string"}"#)
    let two = Self.note(version: 2, field: #""words": {"type": "string"}"#)
    let set = try SchemaSet(files: one + two + SchemasFolder.vocabulary)
    #expect(set.messageTypes.map(\.version) == [1, 2])
    _ = try set.validate(try Self.read("gatehouse.a-note.v1", #"{"text":"x"}"#))
    _ = try set.validate(try Self.read("gatehouse.a-note.v2", #"{"words":"x"}"#))
    #expect(throws: Refusal.self) {
      try set.validate(try Self.read("gatehouse.a-note.v2", #"{"text":"x"}"#))
    }
  }

  @Test func unknownTypesAndOtherSchemasAreRefused() throws {
    let set = try SchemasFolder.medicalSet.get()
    let unknown = #expect(throws: Refusal.self) {
      try set.validate(try Self.read("gatehouse.no-such-type.v1", "{}"))
    }
    #expect(unknown?.code == .unknownMessageType)
    let payload = #"{"caseRef":"A","receivedAt":"2026-11-21T09:00:00Z"}"#
    let other = #expect(throws: Refusal.self) {
      try set.validate(
        try Self.read(
          "gatehouse.referral-acknowledgement.v1", payload,
          more: #""dataschema":"https://example.test/other","#))
    }
    #expect(other?.issues.map(\.place) == ["/dataschema"])
    #expect(other?.code == .payloadInvalid)
  }

  @Test(arguments: [
    ("message.json", "\"version\": 1", "\"version\": 2", "/version"),
    ("message.json", "\"consentRule\": \"CN0\"", "\"consentRule\": \"CN9\"", "/consentRule"),
    ("message.json", "\"slug\":", "\"slugs\":", "/slugs"),
    ("message.json", "\"/child/upn\"", "\"/child/upm\"", "/childIdentifiers/upn"),
    ("message.json", "\"count\": 1", "\"count\": 0", "/expectedReplies/0/within"),
    ("message.json", "\"routes\": [", "\"routes\": [[],", "/routes/0"),
    ("message.json", "{\n", "{,\n", ""),
    ("payload.schema.json", "v1/payload", "v2/payload", "/$id"),
    ("payload.schema.json", "$defs/language", "$defs/languages", "/properties/firstLanguage"),
    ("payload.schema.json", "\"type\": \"number\",\n", "", "/properties/attendancePercent"),
    ("payload.schema.json", "\"childInCare\"", "\"inCare\"", "/allOf/3/if/properties"),
    ("payload.schema.json", "\"managedMove\"", "\"managed move\"", "/properties/schoolHistory"),
  ])
  func faultsNameFileAndPlace(file: String, old: String, new: String, place: String) throws {
    let files = Self.replacing(file, old, new)
    let error = #expect(throws: SchemaFaults.self) { try SchemaSet(files: files) }
    let faults = try #require(error).faults
    #expect(
      faults.contains {
        $0.file == "messages/medical-referral/v1/" + file && $0.place.hasPrefix(place)
      }, "\(faults)")
  }

  @Test func openObjectsAndLonelyFilesAreFaults() throws {
    let open = Self.replacing("payload.schema.json", "\"additionalProperties\": false", "\"x\": 1")
    #expect(throws: SchemaFaults.self) { try SchemaSet(files: open) }
    let lonely = SchemasFolder.medical.filter {
      $0.path != "messages/triage-outcome/v1/message.json"
    }
    #expect(throws: SchemaFaults.self) { try SchemaSet(files: lonely) }
    #expect(throws: SchemaFaults.self) { try SchemaSet(files: []) }
  }

  @Test(arguments: [
    ("\"mediaType\": \"application/pdf\"", "\"mediaType\": \"application/zip\"", "mediaType"),
    ("\"kind\": \"medical-evidence\"", "\"kind\": \"cp-file\"", "kind"),
  ])
  func documentsThatDoNotGoWithTheTypeAreRefused(old: String, new: String, place: String) throws {
    let set = try SchemasFolder.medicalSet.get()
    let example = try #require(
      SchemasFolder.examples("valid").first { $0.path.hasSuffix("year-9-fatigue.valid.json") })
    let text = String(decoding: example.bytes, as: UTF8.self).replacing(old, with: new)
    let read = try EnvelopeReader.read(Array(text.utf8), format: .json, limits: Limits())
    let refusal = #expect(throws: Refusal.self) { try set.validate(read) }
    let issues = try #require(refusal).issues
    #expect(issues.allSatisfy { $0.rule.hasPrefix("attachment-") && $0.place.hasSuffix(place) })
    #expect(!issues.isEmpty)
  }

  /// Every text, number and unknown name of a payload is replaced by a mark; none may be told.
  @Test func messagesNeverRepeatAValue() throws {
    let set = try SchemasFolder.medicalSet.get()
    let mark = "Zyxw9"
    for example in SchemasFolder.examples("valid")
    where example.format == .json && set.publishedFile(example.folder + "/payload.xsd") != nil {
      let read = try EnvelopeReader.read(example.bytes, format: .json, limits: Limits())
      let type = try #require(set.compiled(read.envelope.type))
      guard case .json(let node) = read.content else { continue }
      var writer = JSONWriter()
      Self.plant(mark, for: node, into: &writer)
      let planted = try JSONDocument.parse(writer.bytes).root
      let xml = type.mapping.xml(from: planted)
      let document = try XMLDocument.parse(xml.bytes)
      let inside = String(decoding: xml.bytes, as: UTF8.self)
        .replacing("<caseRef>", with: "<\(mark)>\(mark)</\(mark)><caseRef \(mark)=\"\(mark)\">")
        .replacing("<child>", with: "<\(mark)>\(mark)</\(mark)><child>\(mark)")
      let worse = try XMLDocument.parse(Array(inside.utf8))
      let issues =
        type.verdict(on: .json(planted)).issues + type.verdict(on: .xml(document.root)).issues
        + type.verdict(on: .xml(worse.root)).issues
      #expect(issues.count > 3)
      for issue in issues + xml.issues {
        #expect(!issue.message.contains(mark), "\(issue.rule): \(issue.message)")
        #expect(!issue.place.contains(mark), "\(issue.rule)")
      }
    }
  }

  private static func plant(_ mark: String, for node: JSONNode, into writer: inout JSONWriter) {
    switch node.kind {
    case .object:
      writer.beginObject()
      writer.key(mark)
      writer.string(mark)
      for (key, value) in node.members {
        writer.key(key)
        plant(mark, for: value, into: &writer)
      }
      writer.endObject()
    case .array:
      writer.beginArray()
      for value in node.elements { plant(mark, for: value, into: &writer) }
      writer.endArray()
    default: writer.string(mark)
    }
  }

  // MARK: Making sets and messages

  /// All files, with a text replaced in one file of the medical referral.
  private static func replacing(_ file: String, _ old: String, _ new: String) -> [SchemaFile] {
    SchemasFolder.medical.map { each in
      guard each.path == "messages/medical-referral/v1/" + file else { return each }
      let text = String(decoding: each.bytes, as: UTF8.self)
      return SchemaFile(
        path: each.path, bytes: Array(text.replacing(old, with: new, maxReplacements: 1).utf8))
    }
  }

  private static func note(version: Int, field: String) -> [SchemaFile] {
    let folder = "messages/a-note/v\(version)"
    let schema = """
      {"$schema": "https://json-schema.org/draft/2020-12/schema",
       "$id": "https://gatehouse.example/schemas/\(folder)/payload.schema.json",
       "type": "object", "properties": {\(field)}, "additionalProperties": false}
      """
    let message = """
      {"type": "gatehouse.a-note.v\(version)", "slug": "a-note", "version": \(version),
       "code": "TEST.NOTE", "title": "A note", "description": "A note for a test.",
       "routes": [{"from": ["school"], "to": ["inclusion-support-service"], "sameAuthority": true}],
       "purposes": ["medical-education"], "lawfulBases": ["uk-gdpr:A6-1-e"],
       "specialConditions": [], "legalGateways": [], "consentRule": "CN0", "expectedReplies": [],
       "retention": {"rule": "R.MED", "text": "One year."}, "attachments": [],
       "sensitivity": "OFFICIAL", "priority": "routine", "childIdentifiers": {}}
      """
    return [
      SchemaFile(path: folder + "/payload.schema.json", bytes: Array(schema.utf8)),
      SchemaFile(path: folder + "/message.json", bytes: Array(message.utf8)),
    ]
  }

  private static func read(
    _ type: String, _ payload: String, more: String = ""
  ) throws -> ReadEnvelope {
    let text = """
      {"specversion":"1.0","id":"1","source":"urn:gatehouse:850:iss","type":"\(type)",
       "recipient":"urn:gatehouse:850:4321","purpose":"medical-education",\(more)
       "data":\(payload)}
      """
    return try EnvelopeReader.read(Array(text.utf8), format: .json, limits: Limits())
  }
}
