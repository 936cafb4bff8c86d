// `gatehouse trace show / disclose / confirm`, and how the commands of a trace print.
// Never sends anything by itself: each is one call of a party.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

extension TraceCommand {
  static func id(_ text: String) throws -> MessageID {
    guard let id = MessageID(text) else {
      throw CommandFailure(
        .usage, "not a trace's id; `gatehouse trace ask` prints it in its first line")
    }
    return id
  }

  /// Prints a trace as its JSON, or for a person with what comes next.
  static func tell(_ answer: ClientAnswer, _ options: ClientOptions) throws {
    if options.json { return print(answer.text) }
    let root = try JSONDocument.parse(answer.bytes).root
    print("trace\t\(root["traceId"]?.string ?? "")")
    let outcome = root["outcome"]?.string ?? ""
    print("outcome\t\(outcome)\t\(meaning(of: outcome))")
    print("not here\tprobability \(root["notHere"]?.numberText ?? "")")
    for candidate in root.list("candidates") { tell(candidate) }
    tell(enquiries: root)
    if let confirmation = root["confirmation"] {
      print("a person says\t\(Self.words(of: confirmation))")
    }
    if let caseID = root["caseId"]?.string { print("case\t\(caseID)") }
    NextSteps(options).after(root)
  }

  static func tell(enquiries root: JSONNode) {
    for enquiry in root.list("enquiries") {
      let answer = enquiry["answer"]?.string ?? ""
      print(
        "\(enquiry["party"]?.string ?? "")\tsays \(answer)\tasked \(minute(enquiry["askedAt"]))"
          + (answer == "unknown" ? "\tkeeps no pupils with the gateway" : ""))
    }
  }

  private static func tell(_ candidate: JSONNode) {
    func text(_ name: String) -> String {
      candidate[name]?.string ?? candidate[name]?.numberText ?? ""
    }
    let isChild = candidate["reading"]?.isString("child") == true
    let holders = candidate.list("heldBy").compactMap(\.string)
    let held =
      candidate["restricted"]?.bool == true
      ? "restricted: where this child is must stay unknown"
      : (holders.count > 1 ? "one child, held by " : "held by ")
        + holders.joined(separator: " and ")
    print(
      "\(text("number"))\t\(text("forename")) \(text("surname")), \(text("yearOfBirth"))\t"
        + (isChild ? "" : "another child of the household, not offered as the child\t")
        + "weight \(text("weight")), probability \(text("posterior")), \(held)")
    for reason in candidate.list("reasons") {
      print("\t\(reason["text"]?.string ?? "")\t\(reason["weight"]?.numberText ?? "")")
    }
  }

  /// A time as people read it, to the minute, in UTC.
  static func minute(_ node: JSONNode?) -> String {
    String((node?.string ?? "").prefix(16)).replacing("T", with: " ")
  }

  private static func words(of confirmation: JSONNode) -> String {
    let number = confirmation["candidate"]?.numberText ?? ""
    switch confirmation["result"]?.string {
    case "confirmed": return "candidate \(number) is the child"
    case "possible": return "candidate \(number) may be the child"
    default: return "none of them is the child"
    }
  }

  /// What an outcome means to who reads it for the first time.
  private static func meaning(of outcome: String) -> String {
    switch outcome {
    case "match": "one pupil fits well; a person still confirms"
    case "possible": "one pupil may be the child; a person must look"
    case "low-confidence": "somebody resembles the child a little"
    case "several": "several pupils fit about equally well"
    default: "no pupil of your authority, as far as loaded, is the child"
    }
  }

  /// Prints what became of letters.
  static func tell(letters answer: ClientAnswer, _ options: ClientOptions) throws -> JSONNode {
    let root = try JSONDocument.parse(answer.bytes).root
    if options.json {
      print(answer.text)
      return root
    }
    for letter in root.list("sent") {
      let what =
        letter["messageId"]?.string.map { "sent as message \($0)" }
        ?? "refused: \(letter["refused"]?.string ?? "")"
      print("\(letter["recipient"]?.string ?? "")\t\(what)")
      for reason in letter.list("reasons").compactMap(\.string) { print("\t\(reason)") }
    }
    if let caseID = root["caseId"]?.string { print("case\t\(caseID)") }
    return root
  }
}

extension ClientOptions {
  /// One step of a trace: posts a body and returns the answer.
  func trace(
    _ id: String, _ step: String, _ fill: (inout CommandBody.Draft) -> Void
  ) async throws -> ClientAnswer {
    let id = try TraceCommand.id(id)
    let body = CommandBody(fill)
    return try await withClient { try await $0.trace(id, step, body.bytes).orFailure() }
  }
}

struct TraceShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a trace again; who is shown is logged again.")

  @OptionGroup var options: ClientOptions
  @Argument(help: "The trace's id.") var id: String

  func run() async throws {
    let id = try TraceCommand.id(id)
    let answer = try await options.withClient { try await $0.trace(id).orFailure() }
    try TraceCommand.tell(answer, options)
  }
}

struct TraceDiscloseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disclose", abstract: "See more of a candidate: school, address, or full.",
    discussion: """
      Each look is logged with its reason. The school first; a home only once a person said that \
      the candidate is the child or may be (`gatehouse trace confirm`).
      """)

  @OptionGroup var options: ClientOptions
  @Option(help: "school, address or full.") var scope: String
  @Option(help: ArgumentHelp("Why you look: \(TraceCommand.reasons).")) var reason: String
  @Argument(help: "The trace's id.") var id: String
  @Argument(help: "The candidate's number.") var candidate: Int

  func run() async throws {
    let answer = try await options.trace(id, "candidates/\(candidate)/disclosure") { body in
      body.text("scope", scope)
      body.text("reason", reason)
    }
    if options.json { return print(answer.text) }
    let root = try JSONDocument.parse(answer.bytes).root
    for list in ["schools", "upns", "datesOfBirth"] {
      for value in root.list(list).compactMap(\.string) { print("\(list)\t\(value)") }
    }
    for place in root.list("places") {
      print(
        "home\t\(place["address"]?.string ?? "")\t\(place["postcode"]?.string ?? "")")
    }
    for list in ["names", "parents", "siblings"] {
      for name in root.list(list) {
        print("\(list)\t\(name["forename"]?.string ?? "") \(name["surname"]?.string ?? "")")
      }
    }
    NextSteps(options).say(
      "Ask there, and say whether it is the child (without --candidate: none of them is):",
      "trace confirm \(id) --candidate \(candidate) --verified-by school-roll")
  }
}

struct TraceConfirmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Say whether a candidate is the child, or none is.")

  @OptionGroup var options: ClientOptions
  @Option(help: "The candidate's number; leave it out when the child is not among them.")
  var candidate: Int?
  @Option(help: "How it was verified: \(TraceCommand.verifications).")
  var verifiedBy: String?
  @Flag(help: "It may be the child, and is not sure.") var possible = false
  @Argument(help: "The trace's id.") var id: String

  func run() async throws {
    if candidate != nil, !possible, verifiedBy == nil {
      throw CommandFailure(
        .usage,
        "say how you know: --verified-by \(TraceCommand.verifications); or --possible, when it is "
          + "not sure")
    }
    let answer = try await options.trace(id, "confirmation") { body in
      body.text("result", candidate == nil ? "not-here" : possible ? "possible" : "confirmed")
      if let candidate { body.integer("candidate", candidate) }
      if let verifiedBy { body.text("verifiedBy", verifiedBy) }
    }
    try TraceCommand.tell(answer, options)
  }
}

/// A body of a call, member by member.
struct CommandBody: Sendable {
  let bytes: [UInt8]

  init(_ fill: (inout CommandBody.Draft) -> Void) {
    var draft = Draft()
    draft.writer.beginObject()
    fill(&draft)
    draft.writer.endObject()
    bytes = draft.writer.bytes
  }

  struct Draft {
    var writer = JSONWriter()

    mutating func text(_ name: String, _ value: String) {
      writer.key(name)
      writer.string(value)
    }

    mutating func integer(_ name: String, _ value: Int) {
      writer.key(name)
      writer.integer(Int64(value))
    }

    mutating func truth(_ name: String) {
      writer.key(name)
      writer.bool(true)
    }

    mutating func texts(_ name: String, _ values: [String]) {
      writer.key(name)
      writer.beginArray()
      for value in values { writer.string(value) }
      writer.endArray()
    }

    /// An object of texts; those that are empty are left out.
    mutating func object(_ name: String, _ members: [(String, String?)]) {
      writer.key(name)
      writer.beginObject()
      for (name, value) in members {
        if let value, !value.isEmpty { text(name, value) }
      }
      writer.endObject()
    }
  }
}
