// What the clock commands take: a clock's code, days, and the calendar to count by.

import ArgumentParser
import ExchangeModel
import Foundation
import Policy
import Storage
import Validation

struct ClockOption: ParsableArguments {
  @Option(help: "The clock's code, e.g. CSC-1; `clock list` has them.") var clock: String

  func read() throws -> StatutoryClock {
    guard let found = StatutoryClock.find(clock) else {
      throw CommandFailure(.usage, "there is no such clock; see `gatehouse clock list`")
    }
    return found
  }
}

/// Where the calendar comes from: a file, or the gateway's register.
struct CalendarSource: ParsableArguments {
  @Option(help: ArgumentHelp("A calendar file (docs/calendars.md).", valueName: "file"))
  var calendar: String?
  @Option(help: "The school whose calendar the gateway has, by its URN; with --config.")
  var school: String?
  @Option(help: "The authority whose calendar the gateway has, by its code; with --config.")
  var authority: String?
  @Option(help: "The gateway's settings file.") var config: String?

  /// The days to count by. A clock that needs no calendar gets none.
  func days(for kind: CalendarKey.Kind?) async throws -> ClockDays {
    guard let kind else {
      return ClockDays(key: CalendarKey(.working, .none), calendars: [])
    }
    if let calendar {
      let read = try CalendarFile.read(calendar).calendar
      guard read.key.kind == kind else {
        throw CommandFailure(
          .usage,
          "\(calendar) is a \(read.key.kind.rawValue) calendar; a \(kind.rawValue) calendar "
            + "is needed")
      }
      return ClockDays(key: read.key, calendars: [read])
    }
    guard let config, let owner = school ?? authority.map({ "la:" + $0 }) else {
      throw CommandFailure(
        .error,
        "this clock counts \(kind.rawValue) days and needs a calendar: give --calendar FILE, or "
          + "--config FILE with --school URN or --authority CODE")
    }
    guard let owner = CalendarOwner(owner) else {
      throw CommandFailure(.usage, "give a school's URN, or an authority's three digits")
    }
    let key = CalendarKey(kind, owner)
    let calendars = try await StoreOptions(config: config).withStore {
      try await $0.calendars(of: key)
    }
    return ClockDays(key: key, calendars: calendars)
  }
}

extension StoreOptions {
  init(config: String) throws { self = try Self.parse(["--config", config]) }
}

extension CommandFailure {
  /// A day that is not covered: which calendar is missing, and how to bring it in.
  init(_ gap: CalendarGap) {
    self.init(
      .error,
      "\(gap); nothing is reckoned by guess. Import a calendar that covers it: gatehouse clock "
        + "calendar import FILE --config FILE (the format: docs/calendars.md)")
  }
}

/// A calendar file with its bytes.
enum CalendarFile {
  static func read(_ path: String) throws -> (calendar: DayCalendar, bytes: [UInt8]) {
    let limits = Limits()
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(.notFound, "\(path): cannot be read")
    }
    guard data.count <= limits.calendarBytes else {
      throw CommandFailure(.error, "\(path): longer than \(limits.calendarBytes) bytes")
    }
    let bytes = Array(data)
    switch CalendarReader.read(bytes, limits: limits) {
    case .success(let calendar): return (calendar, bytes)
    case .failure(let faults):
      let lines = faults.issues.map { issue in
        "\(path):\(issue.line ?? 1): \(issue.place): \(issue.message)"
      }
      throw CommandFailure(
        .error, lines.joined(separator: "\n") + "\nThe format is in docs/calendars.md.")
    }
  }
}

enum DayArgument {
  static func day(_ text: String) throws -> CivilDate {
    guard let day = CivilDate(text) else {
      throw CommandFailure(.usage, "give a day as YYYY-MM-DD")
    }
    return day
  }

  static func start(_ text: String) throws -> ClockStart {
    if let day = CivilDate(text) { return .on(day) }
    guard let time = Timestamp(rfc3339: text) else {
      throw CommandFailure(
        .usage, "give a day as YYYY-MM-DD, or an instant as 2026-11-21T09:00:00Z")
    }
    return .at(time)
  }

  /// `FIRST/LAST`.
  static func range(_ text: String) throws -> DateRange {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 2, let first = CivilDate(parts[0]), let last = CivilDate(parts[1]),
      let range = DateRange(first: first, last: last)
    else { throw CommandFailure(.usage, "give two days in order: YYYY-MM-DD/YYYY-MM-DD") }
    return range
  }
}
