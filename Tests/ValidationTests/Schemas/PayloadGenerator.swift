// Random payloads of a message type, made from its shape: valid ones, with hostile texts.
// Never random itself: the seed decides.
import ExchangeModel

@testable import Validation

/// Generates payloads as JSON.
struct PayloadGenerator {
  let shape: PayloadShape
  var random: SeededGenerator
  private var output = JSONWriter()

  init(shape: PayloadShape, seed: UInt64) {
    self.shape = shape
    random = SeededGenerator(seed: seed)
  }

  mutating func payload() -> [UInt8] {
    output = JSONWriter()
    value(of: shape.root, name: "")
    return output.bytes
  }

  private mutating func value(of node: Int, name: String) {
    switch shape.nodes[node].kind {
    case .object(let members): object(node, members)
    case .array(let items):
      output.beginArray()
      for position in 0..<count(of: items, name: name) { item(items.node, name, position) }
      output.endArray()
    case .simple(let simple): self.simple(node, simple, name: name)
    }
  }

  /// Lists that must not repeat an item hold one at most; attachments hold the whole check list.
  private mutating func count(of items: PayloadShape.Items, name: String) -> Int {
    switch name {
    case "attachments": return Self.kinds.count
    case "parents": return 2
    case "cpDetail", "accessArrangements", "missingItems", "datesTested": return 1
    case "ks4Targets": return Int.random(in: 1...3, using: &random)
    default:
      let most = min(items.maximum ?? 3, items.minimum + 3)
      return Int.random(in: items.minimum...most, using: &random)
    }
  }

  private static let kinds = ["attendance-certificate", "ihcp", "ehcp", "pep"]

  private mutating func item(_ node: Int, _ name: String, _ position: Int) {
    guard name == "attachments" else { return value(of: node, name: "") }
    output.beginObject()
    for member in ["name", "size", "mediaType", "sha256"] {
      guard let found = shape.member(member[...], of: node) else { continue }
      output.key(member)
      if member == "mediaType" {
        output.string("application/pdf")
      } else {
        value(of: found.node, name: member)
      }
    }
    output.key("kind")
    let isCheckList = shape.rootName == "medicalReferral"
    output.string(isCheckList ? Self.kinds[position] : "attendance-certificate")
    output.endObject()
  }

  private mutating func object(_ node: Int, _ members: [PayloadShape.Member]) {
    // What conditions could ask for is given, what excludes one another is left out.
    let needed: Set<String> = [
      "upn", "dateOfBirth", "addressLines", "cpDetail", "careAuthority", "ks3", "ks4Targets",
      "otherParentalResponsibility",
    ]
    let excluded: Set<String> = ["upnUnknownReason", "expectedDateOfDelivery"]
    var chosen = members.filter { member in
      if excluded.contains(member.name) { return false }
      return member.isRequired || needed.contains(member.name)
        || Bool.random(using: &random)
    }
    if chosen.isEmpty { chosen = Array(members.prefix(1)) }
    output.beginObject()
    for member in chosen.shuffled(using: &random) {
      output.key(member.name)
      value(of: member.node, name: member.name)
    }
    output.endObject()
  }

  private mutating func simple(_ node: Int, _ simple: PayloadShape.Simple, name: String) {
    let facets = shape.nodes[node].facets
    switch simple {
    case .boolean: output.bool(Bool.random(using: &random))
    case .integer: output.number(pick(["50", "99.0", "1e2", "150"]))
    case .number: output.number(pick(["16", "17.5", "18.50", "20.0", "1.95e1", "100", "99"]))
    case .string:
      if name == "sex" {
        output.string(pick(["M", "F"]))
      } else if let values = facets.values {
        output.string(pick(values))
      } else {
        output.string(text(of: node, name: name))
      }
    }
  }

  private mutating func text(of node: Int, name: String) -> String {
    if let sample = Self.samples[shape.nodes[node].name ?? name] ?? Self.samples[name] {
      return pick(sample)
    }
    let most = shape.nodes[node].facets.maxLength ?? 20
    let isMultiline = shape.nodes[node].name == "text"
    let pieces = Self.pieces + (isMultiline ? ["\n", "\t", "\r", "\r\n"] : [])
    var text = pick(["A", "é", "<", "&", "]]>", "\u{1F393}", "'"])
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let next = text + pick(pieces)
      if next.unicodeScalars.count <= most { text = next }
    }
    return text
  }

  private static let pieces = [
    "a", "Z", " ", "  ", "<", ">", "&", "&amp;", "\"", "'", "]]>", "\\", "/", "é", "e\u{301}",
    "\u{1F393}", "\u{200D}", "\u{FFFD}", "中", "{", "}", "\u{D7FF}", "\u{10FFFF}", "\u{E000}",
  ]

  private static let samples: [String: [String]] = [
    "upn": ["R850412325001", "W850203924017", "C85041232500A"], "uln": ["1000000019"],
    "uci": ["681990012058G"], "nhsNumber": ["9990000018"], "leaEstab": ["8504321"],
    "urn": ["999321"], "uprn": ["1", "999999999999"], "postcode": ["SO99 9ZZ"],
    "date": ["2012-02-29", "1999-12-31"], "phone": ["01632 960101", "+44 1632 960101 ext 7"],
    "instant": ["2026-11-21T09:00:00Z", "2026-11-21T09:00:00.5-01:30"],
    "email": ["a.b+c@example.test"], "localAuthority": ["850"], "ethnicity": ["WBRI", "REFU"],
    "sha256": [String(repeating: "0a", count: 32)],
    "documentId":
      ["7d0cf1b2-5e5b-4d0e-9a51-0c5a3f2d9e11"],
    "readingAge": ["9:06"], "spellingAge": ["10:11"],
  ]

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &random)]
  }
}
