// Reading nodes, writing JSON, and seeded properties of both.
import ExchangeModel
import Testing

@testable import Validation

struct JSONNodeTests {
  @Test func readsEveryKind() throws {
    let text =
      #"{"n":null,"t":true,"f":false,"i":-12,"d":1.50,"s":"a\n\u00e9","#
      + #""a":[1,[2],{}],"o":{"x":1}}"#
    let root = try JSONDocument.parse(Array(text.utf8)).root
    #expect(root.kind == .object)
    #expect(root.count == 8)
    #expect(root["n"]?.kind == .null)
    #expect(root["t"]?.bool == true)
    #expect(root["f"]?.bool == false)
    #expect(root["i"]?.integer == -12)
    #expect(root["d"]?.numberText == "1.50")
    #expect(root["d"]?.integer == nil)
    #expect(root["s"]?.string == "a\né")
    #expect(root["s"]?.isString("a\né") == true)
    #expect(root["a"]?.elements.map(\.kind) == [.number, .array, .object])
    #expect(root["o"]?["x"]?.integer == 1)
    #expect(root["missing"] == nil)
    #expect(root["s"]?["x"] == nil)
    #expect(root["s"]?.numberText == nil)
    #expect(root["i"]?.string == nil)
    #expect(root.members.map(\.key) == ["n", "t", "f", "i", "d", "s", "a", "o"])
    #expect(root["a"].map { String(decoding: $0.rawBytes, as: UTF8.self) } == "[1,[2],{}]")
  }

  @Test func findsMembersSpelledWithEscapes() throws {
    let root = try JSONDocument.parse(Array(#"{"\u0061b":1,"é":2}"#.utf8)).root
    #expect(root["ab"]?.integer == 1)
    #expect(root["é"]?.integer == 2)
    #expect(root["e\u{301}"] == nil)
  }

  @Test func countsLines() throws {
    let root = try JSONDocument.parse(Array("[\n1,\n\n2]".utf8)).root
    #expect(root.elements.map(\.line) == [2, 4])
    #expect(root.line == 1)
  }

  @Test func writesCommasAndEscapes() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a\"\\")
    writer.string("\u{1}\u{8}\t\n\u{C}\r/é😀")
    writer.key("b")
    writer.beginArray()
    writer.number("1.50")
    writer.integer(.min)
    writer.bool(true)
    writer.null()
    writer.raw("{}".utf8)
    writer.endArray()
    writer.key("c")
    writer.beginObject()
    writer.endObject()
    writer.endObject()
    let expected =
      #"{"a\"\\":"\u0001\b\t\n\f\r/é😀","#
      + #""b":[1.50,-9223372036854775808,true,null,{}],"c":{}}"#
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }

  // MARK: Seeded properties

  /// What is written is parsed back as the same value, for random values.
  @Test(arguments: 0..<20)
  func roundTrips(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<50 {
      let value = RandomValue.make(&random, depth: 5)
      var writer = JSONWriter()
      value.write(&writer)
      let document = try JSONDocument.parse(writer.bytes)
      #expect(RandomValue(document.root) == value)
    }
  }

  /// Random changes of a document never trap, and what is still accepted can be read throughout.
  @Test(arguments: 0..<20)
  func survivesMutation(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<200 {
      var writer = JSONWriter()
      RandomValue.make(&random, depth: 4).write(&writer)
      var bytes = writer.bytes
      for _ in 0..<(random.below(4) + 1) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(random.below(256)), at: place)
        default: bytes.removeLast(random.below(bytes.count))
        }
      }
      guard let document = try? JSONDocument.parse(bytes) else { continue }
      #expect(String(validating: bytes, as: UTF8.self) != nil)
      _ = RandomValue(document.root)
    }
  }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A JSON value for the property tests.
enum RandomValue: Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([RandomValue])
  case object([String], [RandomValue])

  static func make(_ random: inout SeededRandom, depth: Int) -> RandomValue {
    switch random.below(depth > 0 ? 8 : 5) {
    case 0: return .null
    case 1: return .bool(random.below(2) == 0)
    case 2: return .number(number(&random))
    case 3, 4: return .string(string(&random))
    case 5: return .array((0..<random.below(5)).map { _ in make(&random, depth: depth - 1) })
    default:
      var keys: [String] = []
      for _ in 0..<random.below(40) {
        let key = string(&random)
        if !keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) { keys.append(key) }
      }
      return .object(keys, keys.map { _ in make(&random, depth: depth - 3) })
    }
  }

  private static func number(_ random: inout SeededRandom) -> String {
    let sign = random.below(2) == 0 ? "-" : ""
    let fraction = random.below(2) == 0 ? ".\(random.below(1000))" : ""
    let exponent = random.below(3) == 0 ? "e-\(random.below(99))" : ""
    return "\(sign)\(random.below(1_000_000))\(fraction)\(exponent)"
  }

  private static func string(_ random: inout SeededRandom) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "b", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "\u{301}", "€", "😀",
      "\u{10FFFF}", "\u{D7FF}", "\u{E000}", "\u{2028}", " ",
    ]
    var view = String.UnicodeScalarView()
    for _ in 0..<random.below(20) { view.append(scalars[random.below(scalars.count)]) }
    return String(view)
  }

  func write(_ writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .number(let text): writer.number(text)
    case .string(let text): writer.string(text)
    case .array(let items):
      writer.beginArray()
      for item in items { item.write(&writer) }
      writer.endArray()
    case .object(let keys, let values):
      writer.beginObject()
      for (key, value) in zip(keys, values) {
        writer.key(key)
        value.write(&writer)
      }
      writer.endObject()
    }
  }

  init(_ node: JSONNode) {
    switch node.kind {
    case .null: self = .null
    case .boolean: self = .bool(node.bool ?? false)
    case .number: self = .number(node.numberText ?? "")
    case .string: self = .string(node.string ?? "")
    case .array: self = .array(node.elements.map { RandomValue($0) })
    case .object:
      self = .object(node.members.map(\.key), node.members.map { RandomValue($0.value) })
    }
  }
}
