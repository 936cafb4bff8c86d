// Properties of the envelope reader and writer over seeded random envelopes.
import ExchangeModel
import Testing
import Validation

extension SeededBytes {
  private mutating func pick(_ characters: String, _ count: ClosedRange<Int>) -> String {
    let bytes = Array(characters.utf8)
    let length = Int.random(in: count, using: &self)
    return String(
      decoding: (0..<length).map { _ in bytes.randomElement(using: &self) ?? 0x61 }, as: UTF8.self)
  }

  private mutating func maybe<Value>(_ value: Value) -> Value? {
    Bool.random(using: &self) ? value : nil
  }

  mutating func envelope() throws -> Envelope {
    let slug = "abcxyz0189"
    let reference = "aZ09:/?#[]@!$&'()*+,;=-._~"
    let source = try #require(PartyURN("urn:gatehouse:850:" + pick(slug, 1...40)))
    let recipient = try #require(PartyURN("urn:gatehouse:851:" + pick(slug, 1...40)))
    var envelope = Envelope(
      id: pick(" !\"&'<>AZaz~", 1...256), source: source,
      type: "gatehouse.\(pick(slug, 1...20)).v\(Int.random(in: 1...9999, using: &self))",
      recipient: recipient, purpose: Purpose(rawValue: pick("abc-09", 1...64)),
      payload: payload())
    envelope.time = maybe("2026-11-21T09:00:00.\(pick("0123456789", 1...9))+01:00")
    envelope.lawfulBasis = maybe(LawfulBasis(rawValue: pick("aZ09:.-", 1...64)))
    envelope.specialCondition = maybe(SpecialCondition(rawValue: pick("aZ09:.-", 1...64)))
    envelope.legalGateway = maybe(LegalGateway(rawValue: pick("aZ09:.-", 1...64)))
    envelope.consentRef = maybe(pick(reference, 1...256))
    envelope.overrideRef = maybe(pick(reference, 1...256))
    envelope.correlationID = maybe(pick(reference, 1...256))
    envelope.causationID = maybe(pick(reference, 1...256))
    envelope.inReplyTo = maybe(pick(reference, 1...256))
    envelope.expiryTime = maybe("2027-01-01T00:00:00Z")
    envelope.priority = maybe(Priority.allCases.randomElement(using: &self) ?? .routine)
    envelope.dataSchema = maybe("https://gatehouse.example/" + pick(reference, 0...99))
    envelope.traceParent = maybe("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    envelope.traceState = maybe("a=" + pick(" !&<>~", 0...99))
    return envelope
  }

  private mutating func payload() -> Payload {
    let content = text(upTo: 60)
    if Bool.random(using: &self) {
      var writer = JSONWriter()
      writer.beginObject()
      writer.key(text(upTo: 10))
      writer.string(content + (Bool.random(using: &self) ? "\u{FFFE}\u{FFFF}\0" : ""))
      writer.endObject()
      return Payload(format: .json, bytes: writer.bytes)
    }
    var writer = XMLWriter()
    let kind = Int.random(in: 0..<3, using: &self)
    writer.startElement(kind == 1 ? "p:m" : "m")
    if kind == 0 { writer.attribute("xmlns", "urn:gatehouse:message:a:v1") }
    if kind == 1 { writer.attribute("xmlns:p", "urn:b") }
    writer.attribute("a", content)
    writer.element("child", text(upTo: 20))
    writer.endElement()
    return Payload(format: .xml, bytes: writer.bytes)
  }
}

private func readBack(_ envelope: Envelope, _ format: ContentFormat) throws -> Envelope {
  let bytes = EnvelopeWriter.write(envelope, as: format)
  return try EnvelopeReader.read(bytes, format: format, limits: Limits()).envelope
}

/// A JSON payload that holds U+FFFE is rewritten for XML; its meaning stays.
private func meaning(_ payload: Payload) throws -> [String] {
  guard payload.format == .json else { return [String(decoding: payload.bytes, as: UTF8.self)] }
  return try JSONDocument.parse(payload.bytes).root.members.flatMap {
    [$0.key, $0.value.string ?? ""]
  }
}

@Suite struct EnvelopePropertyTests {
  @Test func writingAndReadingChangesNothing() throws {
    var random = SeededBytes(seed: 21)
    for _ in 0..<200 {
      let envelope = try random.envelope()
      let json = try readBack(envelope, .json)
      #expect(json == envelope)
      for other in [try readBack(json, .xml), try readBack(try readBack(envelope, .xml), .json)] {
        #expect(try meaning(other.payload) == meaning(envelope.payload))
        var same = other
        same.payload = envelope.payload
        #expect(same == envelope)
      }
      if envelope.payload.format == .xml {
        #expect(try readBack(envelope, .xml).payload == envelope.payload)
      }
    }
  }

  @Test func mutatedEnvelopesNeverTrap() throws {
    var random = SeededBytes(seed: 22)
    var taken = 0
    for _ in 0..<150 {
      let envelope = try random.envelope()
      for format in ContentFormat.allCases {
        let bytes = EnvelopeWriter.write(envelope, as: format)
        for _ in 0..<10 {
          let mutated = random.mutated(bytes)
          guard let found = try? EnvelopeReader.read(mutated, format: format, limits: Limits())
          else { continue }
          taken += 1
          #expect(
            try readBack(found.envelope, format == .json ? .xml : .json).id == found.envelope.id)
        }
      }
    }
    #expect(taken > 20, "mutations must leave some envelopes whole")
  }
}
