// Every example of every message type: valid ones pass in both formats, invalid ones fail as said.
import ExchangeModel
import Foundation
import Testing

@testable import Validation

@Suite struct ExampleTests {
  let set: SchemaSet

  init() throws { set = try SchemasFolder.set.get() }

  @Test func eachTypeHasEnoughExamples() {
    for type in set.messageTypes {
      let folder = "messages/\(type.slug)/v\(type.version)/examples/"
      for (suffix, least) in [
        (".valid.json", 1), (".valid.xml", 1), (".invalid.json", 2), (".invalid.xml", 2),
      ] {
        let count = SchemasFolder.files.filter {
          $0.path.hasPrefix(folder) && $0.path.hasSuffix(suffix)
        }.count
        #expect(count >= least, "\(folder)*\(suffix)")
      }
    }
  }

  @Test(arguments: SchemasFolder.examples("valid"))
  func validExamplesPassInBothFormats(_ example: SchemasFolder.Example) throws {
    let read = try EnvelopeReader.read(example.bytes, format: example.format, limits: Limits())
    let type = try set.validate(read).messageType.type
    #expect(read.envelope.payload.format == example.format)

    let other: ContentFormat = example.format == .json ? .xml : .json
    var envelope = read.envelope
    envelope.payload = try set.convert(envelope.payload, of: type, to: other)
    for format in ContentFormat.allCases {
      let written = EnvelopeWriter.write(envelope, as: format)
      let again = try EnvelopeReader.read(written, format: format, limits: Limits())
      let checked = try set.validate(again)
      let back = try set.convert(checked.envelope.payload, of: type, to: .json)
      let original = try set.convert(read.envelope.payload, of: type, to: .json)
      #expect(try canonical(back.bytes) == canonical(original.bytes))
    }
  }

  @Test func xmlAndJSONTwinsAreTheSameMessage() throws {
    var twins = 0
    for example in SchemasFolder.examples("valid") where example.format == .json {
      let name = example.path.dropLast(".json".count) + ".xml"
      guard let xml = SchemasFolder.bytes(String(name)) else { continue }
      let left = try EnvelopeReader.read(example.bytes, format: .json, limits: Limits())
      let right = try EnvelopeReader.read(xml, format: .xml, limits: Limits())
      let type = left.envelope.type
      let mapped = try set.convert(right.envelope.payload, of: type, to: .json)
      #expect(try canonical(left.envelope.payload.bytes) == canonical(mapped.bytes))
      var (one, two) = (left.envelope, right.envelope)
      one.payload.bytes = []
      two.payload = one.payload
      #expect(one == two)
      twins += 1
    }
    #expect(twins >= 8)
  }

  @Test(arguments: SchemasFolder.examples("invalid"))
  func invalidExamplesFailAsTheirIssuesSay(_ example: SchemasFolder.Example) throws {
    let list = try #require(SchemasFolder.bytes(example.path + ".issues.json"))
    let expected = try JSONDocument.parse(list).root.elements.map {
      Found(place: $0["place"]?.string ?? "", rule: $0["rule"]?.string ?? "")
    }
    #expect(!expected.isEmpty)
    let read = try EnvelopeReader.read(example.bytes, format: example.format, limits: Limits())
    let refusal = #expect(throws: Refusal.self) { try set.validate(read) }
    let issues = try #require(refusal).issues
    #expect(refusal?.code == .payloadInvalid)
    #expect(Set(issues.map { Found(place: $0.place, rule: $0.rule) }) == Set(expected))
    for issue in issues {
      #expect(issue.line ?? 0 > 0, "\(issue.place) has no line")
      #expect(!issue.message.isEmpty)
    }
  }

  struct Found: Hashable { let place: String, rule: String }

  @Test func attachmentFilesAreTheOnesNamed() throws {
    var checked = 0
    for example in SchemasFolder.examples("valid") {
      let read = try EnvelopeReader.read(example.bytes, format: example.format, limits: Limits())
      for attachment in try set.validate(read).attachments {
        let path = "\(example.folder)/examples/attachments/\(attachment.name)"
        let file = try #require(SchemasFolder.bytes(path), "\(path)")
        #expect(attachment.name.hasPrefix(attachment.kind))
        #expect(file.count == attachment.size, "\(path)")
        #expect(SHA256Digest.hex(of: file) == attachment.sha256, "\(path)")
        checked += 1
      }
    }
    #expect(checked >= 10)
  }

  @Test func examplesGoBetweenSandboxPartiesOnARouteOfTheirType() throws {
    let roles = try sandboxRoles()
    for example in SchemasFolder.examples("valid") + SchemasFolder.examples("invalid") {
      let read = try EnvelopeReader.read(example.bytes, format: example.format, limits: Limits())
      let envelope = read.envelope
      let type = try #require(set.messageType(envelope.type))
      let from = try #require(roles[envelope.source.text], "\(envelope.source)")
      let to = try #require(roles[envelope.recipient.text], "\(envelope.recipient)")
      #expect(
        type.routes.contains { $0.from.contains(from) && $0.to.contains(to) }, "\(example.path)")
      #expect(type.purposes.contains(envelope.purpose.rawValue))
    }
  }

  /// The sandbox's parties as its source lists them: `.init("850:4321", "school", …)`.
  private func sandboxRoles() throws -> [String: String] {
    let source = SchemasFolder.url.deletingLastPathComponent()
      .appendingPathComponent("Sources/gatehouse/Sandbox/SandboxParties.swift")
    let text = try String(contentsOf: source, encoding: .utf8)
    var roles: [String: String] = [:]
    for match in text.matches(of: #/\.init\(\s*"(\d{3}:[^"]+)",\s*"([^"]+)"/#) {
      roles["urn:gatehouse:" + match.1] = String(match.2)
    }
    return roles
  }
}

/// SHA-256 (FIPS 180-4), so that this room's tests need no cryptographic package.
enum SHA256Digest {
  static func hex(of message: [UInt8]) -> String {
    let primes = firstPrimes(64)
    let constants = primes.map { fraction(of: cubeRoot(Double($0))) }
    var state = primes.prefix(8).map { fraction(of: Double($0).squareRoot()) }
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += withUnsafeBytes(of: UInt64(message.count * 8).bigEndian) { Array($0) }
    for start in stride(from: 0, to: padded.count, by: 64) {
      state = compress(state, Array(padded[start..<(start + 64)]), constants)
    }
    return state.map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }

  private static func compress(
    _ state: [UInt32], _ block: [UInt8], _ constants: [UInt32]
  ) -> [UInt32] {
    func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
      word >> count | word << (32 - count)
    }
    var words = (0..<16).map { index in
      block[(index * 4)..<(index * 4 + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (early, late) = (words[index - 15], words[index - 2])
      let small = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
      let large = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
      words.append(words[index - 16] &+ small &+ words[index - 7] &+ large)
    }
    var now = state
    for index in 0..<64 {
      let (a, e) = (now[0], now[4])
      let choice = (e & now[5]) ^ (~e & now[6])
      let first =
        now[7] &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ choice
        &+ constants[index] &+ words[index]
      let majority = (a & now[1]) ^ (a & now[2]) ^ (now[1] & now[2])
      let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
      now = [first &+ second, a, now[1], now[2], now[3] &+ first, e, now[5], now[6]]
    }
    return zip(state, now).map { $0 &+ $1 }
  }

  private static func firstPrimes(_ count: Int) -> [Int] {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  private static func cubeRoot(_ value: Double) -> Double {
    var root = value / 2
    for _ in 0..<100 { root -= (root * root * root - value) / (3 * root * root) }
    return root
  }

  private static func fraction(of value: Double) -> UInt32 {
    UInt32((value - value.rounded(.down)) * 4_294_967_296)
  }
}
