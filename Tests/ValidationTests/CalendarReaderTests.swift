// Calendar files: the examples are read, and every fault is told with its place. Whatever the
// schema refuses the reader refuses too.

import ExchangeModel
import Foundation
import Testing
import Validation

@Suite struct CalendarReaderTests {
  private static let folder: String = {
    let sources = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    let root = (0..<3).reduce(sources) { url, _ in url.deletingLastPathComponent() }
    return root.appendingPathComponent("schemas/calendar/v1").path
  }()

  private static func file(_ name: String) throws -> [UInt8] {
    Array(try #require(FileManager.default.contents(atPath: folder + "/" + name)))
  }

  private static func schemaFaults(_ bytes: [UInt8]) throws -> Int {
    var registry = JSONSchemaRegistry()
    let id = "https://gatehouse.example/schemas/calendar/v1/calendar.schema.json"
    try registry.add(try file("calendar.schema.json"), defaultID: id)
    let schema = try registry.compile(id, assertFormats: true)
    return schema.validate(try JSONDocument.parse(bytes).root).count
  }

  private func places(_ bytes: [UInt8]) -> [String] {
    switch CalendarReader.read(bytes) {
    case .success: []
    case .failure(let faults): faults.issues.map(\.place)
    }
  }

  @Test func examplesAreRead() throws {
    let school = try CalendarReader.read(Self.file("examples/school.json")).get()
    guard case .school(let calendar) = school else {
      Issue.record("not a school calendar")
      return
    }
    #expect(calendar.terms.count == 3 && calendar.breaks.count == 3)
    #expect(calendar.insetDays.count == 3 && calendar.halfDays.count == 2)
    #expect(school.key.text == "school urn:gatehouse:850:4321")
    let working = try CalendarReader.read(Self.file("examples/working.json")).get()
    guard case .working(let days) = working else {
      Issue.record("not a working calendar")
      return
    }
    #expect(days.bankHolidays.count == 16 && working.key.text == "working la:850")
    for name in ["school", "working"] {
      #expect(try Self.schemaFaults(Self.file("examples/\(name).json")) == 0)
    }
  }

  /// A change to an example, the places at fault, and whether the schema sees it too.
  @Test(arguments: [
    ("school", "\"kind\": \"school\"", "\"kind\": \"term\"", ["/kind"], true),
    ("school", "urn:gatehouse:850:4321", "urn:gatehouse:850:iss", ["/owner"], true),
    ("school", "urn:gatehouse:850:4321", "la:85", ["/owner"], true),
    (
      "school", "\"validFrom\": \"2026-09-01\"", "\"validFrom\": \"2026-09-31\"", ["/validFrom"],
      true
    ),
    (
      "school", "\"validThrough\": \"2027-08-31\"", "\"validThrough\": \"2030-08-31\"",
      ["/validThrough"], false
    ),
    (
      "school", "\"validThrough\": \"2027-08-31\"", "\"validThrough\": \"2027-07-01\"",
      ["/terms/2"], false
    ),
    ("school", "\"last\": \"2026-12-18\"", "\"last\": \"2027-01-05\"", ["/terms/1"], false),
    ("school", "\"last\": \"2026-12-18\"", "\"end\": \"2026-12-18\"", ["/terms/0"], true),
    ("school", "\"last\": \"2026-10-30\"", "\"last\": \"2027-01-10\"", ["/breaks/0"], false),
    ("school", "\"2026-11-27\"", "\"2026-11-28\"", ["/insetDays/1"], false),
    ("school", "\"2026-11-27\"", "27", ["/insetDays/1"], true),
    ("school", "\"session\": \"am\" },", "\"session\": \"noon\" },", ["/halfDays/0/session"], true),
    ("school", "\"date\": \"2027-07-22\"", "\"date\": \"2026-12-18\"", ["/halfDays/1"], false),
    ("school", "\"closures\"", "\"holidays\"", [""], true),
    ("school", "\"date\": \"2027-05-03\"", "\"date\": \"2028-05-03\"", ["/closures/0/date"], false),
    ("working", "\"la:850\"", "\"urn:gatehouse:850:4321\"", ["/owner"], true),
    ("working", "\"bankHolidays\"", "\"holidays\"", ["", "/bankHolidays"], true),
    ("working", "\"2026-04-06\"", "\"2026-04-03\"", ["/bankHolidays/2/date"], false),
    ("working", "\"name\": \"England, 2026 and 2027\"", "\"name\": 7", ["/name"], true),
  ])
  func faults(
    file: String, old: String, new: String, places: [String], schemaSees: Bool
  ) throws {
    let text = String(decoding: try Self.file("examples/\(file).json"), as: UTF8.self)
    let changed = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    #expect(changed != Array(text.utf8))
    let found = self.places(changed)
    for place in places { #expect(found.contains(place), "\(found)") }
    #expect(try (Self.schemaFaults(changed) > 0) == schemaSees)
  }

  @Test(arguments: ["", "[]", "null", "{}", "{\"kind\":\"school\"}", "{\"kind\":", "\u{FF}"])
  func rubbishIsAFault(text: String) { #expect(!places(Array(text.utf8)).isEmpty) }

  /// Bytes changed at random are read or refused, never trapped on.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func survivesChangedBytes(seed: UInt64) throws {
    var state = seed
    func draw(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    let good = try Self.file("examples/school.json")
    for _ in 0..<200 {
      var bytes = good
      for _ in 0..<(1 + draw(4)) { bytes[draw(bytes.count)] = UInt8(draw(128)) }
      _ = CalendarReader.read(bytes)
    }
  }
}
