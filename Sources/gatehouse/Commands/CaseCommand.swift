// `gatehouse case list / show`: how the cases stand that this party is a party of.

import ArgumentParser
import ExchangeModel
import Gateway
import Validation

struct CaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "Missing children, deletions and traces: how they stand.",
    discussion: """
      A case is what messages make of it: a referral of a missing child, a school's return of a \
      deletion or a new pupil, a trace request. Whose case it is sees all of it; others see their \
      own messages. To look for a child: `gatehouse trace --help`.
      """,
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the cases, newest first.")

    @OptionGroup var options: ClientOptions
    @Option(help: "At most this many.") var limit = 100

    func run() async throws {
      let answer = try await options.withClient { try await $0.cases(limit: limit).orFailure() }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      let cases = root.list("cases")
      for found in cases {
        print(
          ["caseId", "kind", "state", "keeper", "changedAt"].map { found[$0]?.string ?? "" }
            .joined(separator: "\t"))
      }
      if let first = cases.first?["caseId"]?.string {
        NextSteps(options).say("See one, with what to do about it:", "case show \(first)")
      } else {
        Terminal.say("There are no cases yet. To look for a child: gatehouse trace --help")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a case: its messages, and for a trace who was asked and what came back.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The case's id.") var id: String

    func run() async throws {
      guard let id = MessageID(id) else {
        throw CommandFailure(.usage, "not a case's id; take it from `gatehouse case list`")
      }
      let answer = try await options.withClient { try await $0.exchangeCase(id).orFailure() }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for (name, label) in [
        ("caseId", "case"), ("traceId", "trace"), ("kind", "kind"), ("state", "state"),
        ("keeper", "kept by"), ("openedAt", "opened"), ("changedAt", "changed"),
      ] {
        guard let value = root[name]?.string else { continue }
        print("\(label)\t\(name.hasSuffix("At") ? TraceCommand.minute(root[name]) : value)")
      }
      TraceCommand.tell(enquiries: root)
      for asked in root.list("asked") { print(CaseCommand.line(asked)) }
      for message in root.list("messages") {
        let outcome = message["outcome"]?.string.map { ": \($0)" } ?? ""
        print(
          "message\t\(TraceCommand.minute(message["at"]))\t"
            + "\(message["step"]?.string ?? "")\(outcome)\t"
            + "\(message["source"]?.string ?? "") to \(message["recipient"]?.string ?? "")\t"
            + "\(message["messageId"]?.string ?? "")")
      }
      NextSteps(options).after(case: root)
    }
  }

  /// A party that was asked, when, until when, and what came back.
  private static func line(_ asked: JSONNode) -> String {
    func text(_ name: String, _ words: String) -> String? {
      asked[name]?.string.map { text in
        "\(words) \(name.hasSuffix("At") ? TraceCommand.minute(asked[name]) : text)"
      }
    }
    let parts = [
      asked["asked"]?.string, text("askedAt", "on"), text("cap", "for at most"),
      text("state", "state"), text("dueAt", "due by"), text("reminded", "reminded that it is"),
      text("answeredAt", "answered on"), text("answer", "by message"),
      text("erasedAt", "request erased on"),
    ]
    return "asked\t" + parts.compactMap { $0 }.joined(separator: "\t")
  }
}
