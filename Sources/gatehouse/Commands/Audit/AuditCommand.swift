// `gatehouse audit query`: who received what, when and why, asked at the gateway's own machine.
// Never content, and never a child's identifier on the command line.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Questions about the log; each is logged with its reason.",
    subcommands: [Query.self])

  struct Query: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask who received what, when, and on what basis.",
      discussion: """
        Everything one recipient got:  --recipient URN --event admitted
        All refusals of a party:       --source URN --decision deny
        Disclosures without consent:   --overrides
        Who looked at a record:        --message ID --views, or --child FILE --views
        About a child:                 --child FILE, or - for standard input: a JSON object with
        upn, nhsNumber, uln or uci, or surname, forename and dateOfBirth.

        A line is a leaf: index, time, event, subject, fields; --json writes JSON Lines. When there
        are more, the talk names --after for the next page.
        """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var staff: StaffOptions
    @Option(help: "A file with the child's identifiers; - reads standard input.")
    var child: String?
    @Option(help: "A message's id.") var message: String?
    @Option(help: "A party in any part: its URN.") var party: String?
    @Option(help: "Who sent: a URN.") var source: String?
    @Option(help: "Who received, or should have: a URN.") var recipient: String?
    @Option(help: "Who did it: a URN, or an account of the staff.") var actor: String?
    @Option(help: "A kind of event, e.g. admitted.") var event: String?
    @Option(help: "A message type: its CloudEvents type.") var type: String?
    @Option(help: "The purpose of sharing, or of a look.") var purpose: String?
    @Option(help: "The lawful basis.") var basis: String?
    @Option(help: "permit or deny.") var decision: String?
    @Option(help: "A refusal's code.") var code: String?
    @Option(help: "From this day or time on.") var from: String?
    @Option(help: "Up to and with this day, or before this time.") var to: String?
    @Flag(help: "Disclosures without consent alone.") var overrides = false
    @Flag(help: "Reads, looks, searches, exports and openings alone.") var views = false
    @Option(help: "Records in the page.") var limit = 100
    @Option(help: "Go on after this: the cursor of the page before.") var after: String?
    @Flag(help: "Print JSON Lines.") var json = false

    func run() async throws {
      let settings = try SettingsFile.read(options.config)
      let query = try question(settings.limits)
      let (member, reason) = (try staff.staff(), try staff.why())
      guard (1...settings.limits.auditPage).contains(limit) else {
        throw CommandFailure(.usage, "--limit: give 1 to \(settings.limits.auditPage)")
      }
      let cursor = after.flatMap { AuditCursor($0) }
      guard (cursor == nil) == (after == nil) else {
        throw CommandFailure(.usage, "--after: give the cursor of the page before")
      }
      let page = try await options.withStore { store in
        try await store.audit(
          query, by: member, reason: reason, after: cursor, limit: limit)
      }
      for record in page.records {
        guard json else {
          print(
            LogRecordText.line(record.record) + (record.reason.map { "\treason=\($0)" } ?? ""))
          continue
        }
        print(
          String(
            decoding: LogRecordText.json(record.record, reason: record.reason), as: UTF8.self))
      }
      if let next = page.next { Terminal.say("There are more: go on with --after \(next).") }
    }

    private func question(_ limits: Limits) throws -> AuditQuery {
      let given = [
        "message": message, "party": party, "source": source, "recipient": recipient,
        "actor": actor, "event": event, "type": type, "purpose": purpose, "basis": basis,
        "decision": decision, "code": code, "from": from, "to": to,
      ]
      let fields = AuditFields(given.compactMapValues { $0 })
      guard fields.faults.isEmpty else {
        throw CommandFailure(
          .usage,
          fields.faults.map { "--\($0.name): \($0.remedy)" }.sorted().joined(separator: "\n"))
      }
      var query = fields.query
      query.child = try child.map { try SubjectArgument.read($0, limits: limits) }
      query.overridesOnly = overrides
      query.viewsOnly = views
      return query
    }
  }
}
