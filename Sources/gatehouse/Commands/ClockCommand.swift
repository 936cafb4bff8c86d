// `gatehouse clock …`: the clocks of the law, what is due when, what a register counts to, what is
// owed, and the calendars that it rests on. Never guesses a day that no calendar covers.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Policy
import Storage
import Validation

struct ClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "Time limits, what is owed, and the calendars they run by.",
    subcommands: [
      List.self, Due.self, Count.self, Duties.self, CalendarCommand.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the clocks.")

    @Flag(help: "Print JSON.") var json = false

    func run() throws {
      guard json else {
        for clock in StatutoryClock.all {
          print("\(clock.code)\t\(clock.count) \(clock.unit.rawValue)\t\(clock.text)")
        }
        return
      }
      var writer = JSONWriter()
      writer.beginArray()
      for clock in StatutoryClock.all {
        writer.beginObject()
        writer.text("code", clock.code)
        writer.text("text", clock.text)
        writer.text("kind", clock.kind.rawValue)
        writer.key("count")
        writer.integer(Int64(clock.count))
        writer.text("unit", clock.unit.rawValue)
        writer.key("countsStartDay")
        writer.bool(clock.countsStartDay)
        writer.text("source", clock.source)
        writer.text("startsWith", clock.startsWith)
        writer.text("endsWith", clock.endsWith)
        writer.endObject()
      }
      writer.endArray()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }

  struct Due: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say when something is due.",
      discussion: """
        Clocks in school days and working days need a calendar: a file, or one that the gateway \
        has. Exits 1 when a day is not covered.
        """)

    @OptionGroup var clock: ClockOption
    @OptionGroup var calendar: CalendarSource
    @Option(help: "A day (YYYY-MM-DD) or an instant (RFC 3339).") var from: String
    @Flag(help: "SAR-1M: the request is complex.") var complex = false
    @Option(help: "SAR-1M: the day on which identity was established.") var identity: String?
    @Option(help: "SAR-1M: a wait for a clarification, FIRST/LAST; may be repeated.")
    var pause: [String] = []
    @Option(help: "CTF-15: school days before a lost pupil's file is posted, 15 or 20.")
    var lostPupilDays: Int?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let clock = try clock.read()
      let start = try DayArgument.start(from)
      var known = ClockCircumstances()
      known.isComplex = complex
      known.identityOn = try identity.map { try DayArgument.day($0) }
      known.pauses = try pause.map { try DayArgument.range($0) }
      if let lostPupilDays {
        guard lostPupilDays == 15 || lostPupilDays == 20 else {
          throw CommandFailure(.usage, "--lost-pupil-days is 15 or 20")
        }
        known.lostPupilDays = lostPupilDays
      }
      let days = try await calendar.days(for: clock.calendar)
      let due: DueTime
      do {
        due = try clock.due(from: start, by: days, known)
      } catch {
        throw CommandFailure(error)
      }
      guard json else {
        let word = clock.kind == .minimum ? "not before" : "due"
        return print("\(clock.code)\t\(word) \(due.on)\t\(due.at)")
      }
      var writer = JSONWriter()
      writer.beginObject()
      writer.text("clock", clock.code)
      writer.text("from", from)
      writer.text("dueOn", due.on.description)
      writer.text("dueAt", due.at.description)
      writer.text("remindAt", due.remindAt.description)
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }

  struct Duties: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the replies that this party owes, or is owed.")

    @OptionGroup var options: ClientOptions
    @Flag(help: "Those owed to this party.") var owedToMe = false
    @Option(help: "open, overdue, met or lapsed.") var state = "open"
    @Option(help: "At most this many.") var limit = 100
    @Option(help: "Go on after this duty.") var after: String?

    func run() async throws {
      guard let state = Duty.State(rawValue: state) else {
        throw CommandFailure(.usage, "--state is open, overdue, met or lapsed")
      }
      let start = try after.map { text in
        guard let id = DutyID(text) else { throw CommandFailure(.usage, "not a duty's id") }
        return id
      }
      let side: Duty.Side = owedToMe ? .owedToMe : .owedByMe
      let answer = try await options.withClient { client in
        try await client.duties(side: side, state: state, limit: limit, after: start).orFailure()
      }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for duty in root["duties"].map({ Array($0.elements) }) ?? [] {
        let missing = duty["calendarMissing"]?.bool == true
        let due = duty["dueAt"]?.string ?? (missing ? "calendar missing" : "no time limit")
        let types = duty["replyTypes"]?.elements.compactMap(\.string).joined(separator: " or ")
        let other = duty[owedToMe ? "owedBy" : "owedTo"]?.string ?? ""
        let line = [
          duty["dutyId"]?.string ?? "", duty["state"]?.string ?? "", due, types ?? "", other,
        ]
        print(line.joined(separator: "\t"))
      }
      if let next = root["next"]?.string {
        Terminal.say("There are more; go on with --after \(next)")
      }
    }
  }
}

extension JSONWriter {
  mutating func text(_ name: String, _ value: String) {
    key(name)
    string(value)
  }
}
