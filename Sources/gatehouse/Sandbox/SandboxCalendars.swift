// The sandbox's calendars: an invented school year 2026/27 for its schools, and for its authorities
// the working days of 2026 and 2027. The bank holidays are England's; the terms are nobody's.

import ExchangeModel
import Storage
import Validation

enum SandboxCalendars {
  /// Imports what is not there yet; the same bytes again change nothing.
  static func importAll(into store: Store) async throws {
    let owners = SandboxParty.all.compactMap { PartyURN($0.urn) }
    let authorities = Set(owners.map { CalendarOwner(authorityOf: $0).text }).sorted()
    let schools = owners.filter(\.isSchool).map(\.text)
    // All at once, so that they share the disk's syncs.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for owner in schools + authorities {
        group.addTask { _ = try await store.importCalendar(school(owner)) }
      }
      for owner in authorities {
        group.addTask { _ = try await store.importCalendar(working(owner)) }
      }
      try await group.waitForAll()
    }
  }

  private static func school(_ owner: String) -> [UInt8] {
    file(.school, owner, "Invented school year 2026/27", "2026-09-01", "2027-08-31") { writer in
      writer.ranges(
        "terms",
        [
          ("Autumn", "2026-09-02", "2026-12-18"), ("Spring", "2027-01-05", "2027-03-25"),
          ("Summer", "2027-04-12", "2027-07-22"),
        ])
      writer.ranges(
        "breaks",
        [
          ("Autumn break", "2026-10-26", "2026-10-30"),
          ("Spring break", "2027-02-15", "2027-02-19"),
          ("Summer break", "2027-05-31", "2027-06-04"),
        ])
      writer.key("insetDays")
      writer.beginArray()
      for day in ["2026-09-02", "2026-11-27", "2027-01-05"] { writer.string(day) }
      writer.endArray()
      writer.days("closures", "reason", [("2027-05-03", "Early May bank holiday")])
      writer.days("halfDays", "session", [("2026-12-18", "am"), ("2027-07-22", "am")])
    }
  }

  private static func working(_ owner: String) -> [UInt8] {
    file(.working, owner, "England", "2026-01-01", "2027-12-31") { writer in
      writer.days(
        "bankHolidays", "name",
        [
          ("2026-01-01", "New Year's Day"), ("2026-04-03", "Good Friday"),
          ("2026-04-06", "Easter Monday"), ("2026-05-04", "Early May"),
          ("2026-05-25", "Spring"), ("2026-08-31", "Summer"),
          ("2026-12-25", "Christmas Day"), ("2026-12-28", "Boxing Day (substitute)"),
          ("2027-01-01", "New Year's Day"), ("2027-03-26", "Good Friday"),
          ("2027-03-29", "Easter Monday"), ("2027-05-03", "Early May"),
          ("2027-05-31", "Spring"), ("2027-08-30", "Summer"),
          ("2027-12-27", "Christmas Day (substitute)"),
          ("2027-12-28", "Boxing Day (substitute)"),
        ])
    }
  }

  private static func file(
    _ kind: CalendarKey.Kind, _ owner: String, _ name: String, _ from: String, _ through: String,
    _ rest: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in [
      ("kind", kind.rawValue), ("owner", owner), ("name", name), ("validFrom", from),
      ("validThrough", through),
    ] {
      writer.key(name)
      writer.string(value)
    }
    rest(&writer)
    writer.endObject()
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func ranges(
    _ list: String, _ ranges: [(name: String, first: String, last: String)]
  ) {
    key(list)
    beginArray()
    for range in ranges {
      beginObject()
      for (name, value) in [("name", range.name), ("first", range.first), ("last", range.last)] {
        key(name)
        string(value)
      }
      endObject()
    }
    endArray()
  }

  fileprivate mutating func days(
    _ list: String, _ member: String, _ days: [(date: String, text: String)]
  ) {
    key(list)
    beginArray()
    for day in days {
      beginObject()
      key("date")
      string(day.date)
      key(member)
      string(day.text)
      endObject()
    }
    endArray()
  }
}
