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
      throw CommandFailure(.usage, "not a trace's id; `gatehouse trace ask` prints it")
    }
    return id
  }

  /// Prints a trace as its JSON, or for a person.
  static func tell(_ answer: ClientAnswer, asJSON: Bool) throws {
    if asJSON { return print(answer.text) }
    let root = try JSONDocument.parse(answer.bytes).root
    print("trace\t\(root["traceId"]?.string ?? "")")
    print("outcome\t\(root["outcome"]?.string ?? "")")
    print("not here\t\(root["notHere"]?.numberText ?? "")")
    for candidate in root["candidates"].map({ Array($0.elements) }) ?? [] {
      func text(_ name: String) -> String {
        candidate[name]?.string ?? candidate[name]?.numberText ?? ""
      }
      let isChild = text("reading") == "child"
      print(
        "\(text("number"))\t\(text("forename")) \(text("surname")), \(text("yearOfBirth"))\t"
          + (isChild ? "" : "another child of the household\t")
          + "weight \(text("weight")), probability \(text("posterior")), held by \(text("heldBy"))"
      )
      let reasons = candidate["reasons"].map { Array($0.elements) } ?? []
      for reason in reasons {
        print("\t\(reason["text"]?.string ?? "")\t\(reason["weight"]?.numberText ?? "")")
      }
    }
    for enquiry in root["enquiries"].map({ Array($0.elements) }) ?? [] {
      print("\(enquiry["party"]?.string ?? "")\tsays \(enquiry["answer"]?.string ?? "")")
    }
    if let confirmation = root["confirmation"]?["result"]?.string {
      print("confirmed\t\(confirmation)")
    }
    if let caseID = root["caseId"]?.string { print("case\t\(caseID)") }
  }

  /// Prints what became of letters.
  static func tell(letters answer: ClientAnswer, asJSON: Bool) throws {
    if asJSON { return print(answer.text) }
    let root = try JSONDocument.parse(answer.bytes).root
    for letter in root["sent"].map({ Array($0.elements) }) ?? [] {
      let what = letter["messageId"]?.string ?? "refused: \(letter["refused"]?.string ?? "")"
      print("\(letter["recipient"]?.string ?? "")\t\(what)")
    }
    if let caseID = root["caseId"]?.string { print("case\t\(caseID)") }
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
    try TraceCommand.tell(answer, asJSON: options.json)
  }
}

struct TraceDiscloseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disclose", abstract: "See more of a candidate: school, address, or full.")

  @OptionGroup var options: ClientOptions
  @Option(help: "school, address or full.") var scope: String
  @Option(help: "Why, e.g. moved-unknown.") var reason: String
  @Argument(help: "The trace's id.") var id: String
  @Argument(help: "The candidate's number.") var candidate: Int

  func run() async throws {
    let id = try TraceCommand.id(id)
    let body = CommandBody { body in
      body.text("scope", scope)
      body.text("reason", reason)
    }
    let answer = try await options.withClient {
      try await $0.trace(id, "candidates/\(candidate)/disclosure", body.bytes).orFailure()
    }
    print(answer.text)
  }
}

struct TraceConfirmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Say whether a candidate is the child.")

  @OptionGroup var options: ClientOptions
  @Option(help: "The candidate's number; leave it out when the child is not among them.")
  var candidate: Int?
  @Option(help: "How it was verified: school-roll, home-visit, officer-saw-child, health, …")
  var verifiedBy: String?
  @Flag(help: "It may be the child, and is not sure.") var possible = false
  @Argument(help: "The trace's id.") var id: String

  func run() async throws {
    let id = try TraceCommand.id(id)
    let body = CommandBody { body in
      body.text("result", candidate == nil ? "not-here" : possible ? "possible" : "confirmed")
      if let candidate { body.integer("candidate", candidate) }
      if let verifiedBy { body.text("verifiedBy", verifiedBy) }
    }
    let answer = try await options.withClient {
      try await $0.trace(id, "confirmation", body.bytes).orFailure()
    }
    try TraceCommand.tell(answer, asJSON: options.json)
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
