// `gatehouse clock`: what is due, what a register counts to, and the word on a missing calendar.

import Foundation
import Testing
import Validation

extension GatehouseTests {
  @Suite("clock")
  struct ClockCommandTests {
    private let calendars =
      GatehouseProcess.checkout.path + "/schemas/calendar/v1/examples"

    private func run(_ arguments: String...) async throws -> ProcessEnd {
      try await GatehouseProcess.run(["clock"] + arguments)
    }

    @Test("`clock list` and `clock due`, with and without a calendar")
    func due() async throws {
      let list = try await run("list", "--json")
      #expect(try JSONDocument.parse(Array(list.out.utf8)).root.count == 16)
      let working = calendars + "/working.json"
      let due = try await run(
        "due", "--clock", "CSC-1", "--from", "2026-12-24", "--calendar", working)
      #expect(due.code == 0)
      #expect(due.out == "CSC-1\tdue 2026-12-29\t2026-12-29T23:59:59.999Z\n")
      let json = try await run(
        "due", "--clock", "BREACH-72", "--from", "2026-11-21T09:00:00Z", "--json")
      let root = try JSONDocument.parse(Array(json.out.utf8)).root
      #expect(root["dueAt"]?.string == "2026-11-24T09:00:00.000Z")
      let access = try await run(
        "due", "--clock", "SAR-1M", "--from", "2026-11-01", "--pause", "2026-11-05/2026-11-09")
      #expect(access.out.hasPrefix("SAR-1M\tdue 2026-12-06\t"))
    }

    @Test("A missing calendar is an error that names it and the way to import it")
    func missing() async throws {
      let none = try await run("due", "--clock", "CP-5", "--from", "2026-11-20")
      #expect(none.code == 1 && none.out.isEmpty)
      #expect(none.talk.contains("school days"))
      let beyond = try await run(
        "due", "--clock", "CP-5", "--from", "2027-07-21", "--calendar", calendars + "/school.json")
      #expect(beyond.code == 1 && beyond.out.isEmpty)
      #expect(beyond.talk.contains("the school calendar of urn:gatehouse:850:4321"))
      #expect(beyond.talk.contains("2027-09-01"))
      #expect(beyond.talk.contains("gatehouse clock calendar import FILE"))
      let wrong = try await run(
        "due", "--clock", "CSC-1", "--from", "2026-11-20", "--calendar", calendars + "/school.json")
      #expect(wrong.code == 2)
      #expect(try await run("due", "--clock", "CSC-9", "--from", "2026-11-20").code == 2)
      #expect(
        try await run("due", "--clock", "BREACH-72", "--from", "tomorrow").code == 2)
    }

    @Test("`clock count` counts half-days, and lists what is in doubt without a mark's code")
    func count() async throws {
      let file = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).json"
      defer { try? FileManager.default.removeItem(atPath: file) }
      let marks =
        #"[{"date":"2026-11-26","am":"I","pm":"/"},{"date":"2026-11-27","am":"I"},"#
        + #"{"date":"2026-11-30","am":"I","pm":"I"}]"#
      try marks.write(toFile: file, atomically: true, encoding: .utf8)
      let school = calendars + "/school.json"
      let found = try await run(
        "count", "--clock", "ABS-ILL-15", "--marks", file, "--calendar", school, "--json")
      #expect(found.code == 0, "\(found.talk)")
      let root = try JSONDocument.parse(Array(found.out.utf8)).root
      #expect(root["days"]?.string == "1.5" && root["sessions"]?.integer == 3)
      #expect(root["doubts"]?.elements.map { $0["kind"]?.string } == ["no-session"])
      try #"[{"date":"2026-11-26","am":"?"}]"#.write(
        toFile: file, atomically: true, encoding: .utf8)
      let bad = try await run(
        "count", "--clock", "ABS-20", "--marks", file, "--calendar", school)
      #expect(bad.code == 1 && bad.talk.contains("am is no code of the register"))
      #expect(
        try await run("count", "--clock", "CSC-1", "--marks", file, "--calendar", school).code == 2)
    }
  }
}
