// `gatehouse clock count`: what the marks of one pupil in a register count to. Never prints a mark:
// only days, sessions and what is in doubt.

import ArgumentParser
import ExchangeModel
import Foundation
import Policy
import Validation

extension ClockCommand {
  struct Count: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count the marks of one pupil in the attendance register.",
      discussion: """
        The marks are a JSON array of {"date": "2026-11-20", "am": "/", "pm": "I"}; leave out a \
        session without a mark. Give those of the period that the clock is to count, such as one \
        school year.
        """)

    @OptionGroup var clock: ClockOption
    @OptionGroup var calendar: CalendarSource
    @Option(help: ArgumentHelp("The marks.", valueName: "file")) var marks: String
    @Option(help: "A reduced timetable in force, FIRST/LAST; may be repeated.")
    var reducedTimetable: [String] = []
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let clock = try clock.read()
      guard clock.kind == .counter else {
        throw CommandFailure(.usage, "\(clock.code) counts no marks; use `clock due`")
      }
      let marks = try MarksFile.read(marks)
      let reduced = try reducedTimetable.map { try DayArgument.range($0) }
      let days = try await calendar.days(for: .school)
      let found: AttendanceCount?
      do {
        found = try clock.count(marks, by: days.school, reducedTimetables: reduced)
      } catch {
        throw CommandFailure(error)
      }
      guard let count = found else { return }
      json ? printJSON(clock, count) : printText(clock, count)
    }

    private func printText(_ clock: StatutoryClock, _ count: AttendanceCount) {
      print("\(clock.code)\t\(clock.text)")
      print("sessions\t\(count.sessions) (\(count.days) school days)")
      if clock.code != "ABS-ILL-15" && clock.code != "N-CODE-5" {
        print("run\t\(count.run) school days now, \(count.longestRun) at the longest")
      }
      for mark in count.unsettled {
        print("unsettled\t\(mark.date) \(mark.session.rawValue)\tdue \(mark.dueOn)")
      }
      print("reached\t\(count.reachedOn?.description ?? "no")" + (count.isBeyond ? ", beyond" : ""))
      for doubt in count.doubts {
        print("in doubt\t\(doubt.date) \(doubt.session?.rawValue ?? "")\t\(doubt.kind.rawValue)")
      }
    }

    private func printJSON(_ clock: StatutoryClock, _ count: AttendanceCount) {
      var writer = JSONWriter()
      writer.beginObject()
      writer.text("clock", clock.code)
      for (name, value) in [
        ("count", clock.count), ("sessions", count.sessions), ("run", count.run),
        ("longestRun", count.longestRun),
      ] {
        writer.key(name)
        writer.integer(Int64(value))
      }
      writer.text("days", count.days)
      writer.key("reachedOn")
      if let day = count.reachedOn { writer.string(day.description) } else { writer.null() }
      writer.key("beyond")
      writer.bool(count.isBeyond)
      writer.key("unsettled")
      writer.beginArray()
      for mark in count.unsettled {
        writer.beginObject()
        writer.text("date", mark.date.description)
        writer.text("session", mark.session.rawValue)
        writer.text("dueOn", mark.dueOn.description)
        writer.endObject()
      }
      writer.endArray()
      writer.key("doubts")
      writer.beginArray()
      for doubt in count.doubts {
        writer.beginObject()
        writer.text("kind", doubt.kind.rawValue)
        writer.text("date", doubt.date.description)
        if let session = doubt.session { writer.text("session", session.rawValue) }
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}

/// A file of marks.
private enum MarksFile {
  static func read(_ path: String) throws -> [DayMarks] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(.notFound, "\(path): cannot be read")
    }
    let root: JSONNode
    do {
      root = try JSONDocument.parse(Array(data)).root
    } catch {
      throw CommandFailure(.error, "\(path):\(error.issue.line ?? 1): \(error.issue.message)")
    }
    guard root.kind == .array else {
      throw CommandFailure(.error, "\(path): give a JSON array of {date, am, pm}")
    }
    return try root.elements.map { node in
      func fault(_ message: String) -> CommandFailure {
        CommandFailure(.error, "\(path):\(node.line): \(message)")
      }
      guard let date = node["date"]?.string.flatMap({ CivilDate($0) }) else {
        throw fault("give the date as YYYY-MM-DD")
      }
      func code(_ session: String) throws -> AttendanceCode? {
        guard let mark = node[session], mark.kind != .null else { return nil }
        guard let text = mark.string, let code = AttendanceCode(text) else {
          throw fault("\(session) is no code of the register")
        }
        return code
      }
      guard node.members.allSatisfy({ ["date", "am", "pm"].contains($0.key) }) else {
        throw fault("give date, am and pm only")
      }
      return DayMarks(date: date, am: try code("am"), pm: try code("pm"))
    }
  }
}
