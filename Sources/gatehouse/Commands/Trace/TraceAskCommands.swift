// `gatehouse trace ask / enquire / request / answer / reply / load`: the steps that tell something.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct TraceAskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Look for a child among the pupils of your authority.",
    discussion: """
      Give what is known, a UPN or a name at least, and leave out the rest; or --request with the \
      id of the trace request that asks you for the child. The answer is at most five candidates, \
      with reasons; each search and each child shown is logged. More fields than these: --file \
      with the JSON of NewTrace in the gateway's /openapi.json.

      gatehouse trace ask --officer cme-07 --surname Testerly --forename Robin --born 2011-06-03
      """)

  @OptionGroup var options: ClientOptions
  @Option(help: "Your post or staff number, never a name.") var officer: String?
  @Option(help: "What for: children-missing-education or safeguarding.")
  var purpose = "children-missing-education"
  @Option(help: "Why: \(TraceCommand.reasons).")
  var reason = "moved-unknown"
  @Option(help: "The id of a trace request in your inbox.") var request: String?
  @Option(help: "Unique pupil number.") var upn: String?
  @Option(help: "Surname.") var surname: String?
  @Option(help: "First name.") var forename: String?
  @Option(help: "YYYY-MM-DD, YYYY-MM or YYYY.") var born: String?
  @Flag(help: "The date of birth is doubtful.") var doubtful = false
  @Option(help: "F or M.") var sex: String?
  @Option(help: "Of the last home that is known.") var postcode: String?
  @Option(help: "House and street of that home.") var address: String?
  @Option(help: "The last school's seven-digit DfE number.") var school: String?
  @Option(help: ArgumentHelp("The whole question, JSON.", valueName: "file")) var file: String?

  func run() async throws {
    let body = try body()
    let answer = try await options.withClient { try await $0.trace(body).orFailure() }
    try TraceCommand.tell(answer, options)
  }

  private func body() throws -> [UInt8] {
    if let file {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      return Array(data)
    }
    guard let officer else {
      throw CommandFailure(
        .usage, "give --officer, your post or staff number, e.g. --officer cme-07; never a name")
    }
    if request == nil, upn == nil, surname == nil, forename == nil {
      throw CommandFailure(
        .usage, "give --surname and --forename, or --upn; or --request, the id of a trace request")
    }
    return CommandBody { body in
      body.text("purpose", purpose)
      body.text("reason", reason)
      body.text("officer", officer)
      if let request {
        body.text("request", request)
      } else {
        child(&body)
      }
    }.bytes
  }

  private func child(_ body: inout CommandBody.Draft) {
    body.writer.key("child")
    body.writer.beginObject()
    let members = [
      ("upn", upn), ("surname", surname), ("forename", forename), ("dateOfBirth", born),
      ("sex", sex), ("lastSchool", school),
    ]
    for (name, value) in members {
      if let value { body.text(name, value) }
    }
    if doubtful { body.truth("dateOfBirthDoubtful") }
    if postcode != nil || address != nil {
      body.writer.key("places")
      body.writer.beginArray()
      body.writer.beginObject()
      if let postcode { body.text("postcode", postcode) }
      if let address { body.text("address", address) }
      body.writer.endObject()
      body.writer.endArray()
    }
    body.writer.endObject()
  }
}

struct TraceEnquireCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enquire", abstract: "Ask others, yes or no, without showing them the child.",
    discussion: """
      Their pupils are compared by UPN, by date of birth with both names, and by date of birth \
      with the postcode. Of a child known under quite another name or date they say no.
      """)

  @OptionGroup var options: ClientOptions
  @Flag(help: "The officers of every other authority.") var all = false
  @Argument(help: "The trace's id.") var id: String
  @Argument(help: "Parties' URNs.") var parties: [String] = []

  func run() async throws {
    guard all != !parties.isEmpty else {
      throw CommandFailure(.usage, "give --all, or the URNs of the parties to ask")
    }
    let answer = try await options.trace(id, "enquiries") { body in
      if all { body.truth("all") } else { body.texts("parties", parties) }
    }
    if options.json { return print(answer.text) }
    TraceCommand.tell(enquiries: try JSONDocument.parse(answer.bytes).root)
    NextSteps(options).afterEnquiry(try JSONDocument.parse(answer.bytes).root, of: id)
  }
}

struct TraceRequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Send the trace request to those who said yes, or to others.")

  @OptionGroup var options: ClientOptions
  @Option(help: "The day the child was last seen, YYYY-MM-DD.") var lastSeen: String
  @Option(help: "The most you ask to be told: yes-no, yes-no+school, yes-no+school+address, full.")
  var cap = "yes-no+school"
  @Option(help: "May the family be approached: open, do-not-alert-family or police-only.")
  var contact = "open"
  @Flag(help: "To every other authority; needs --approved-by and --approver-email.")
  var broadcast = false
  @Option(help: "Who approved it.") var approvedBy: String?
  @Option(help: "The approver's email.") var approverEmail: String?
  @Argument(help: "The trace's id.") var id: String
  @Argument(help: "Parties' URNs; without any, those who said yes.") var parties: [String] = []

  func run() async throws {
    let answer = try await options.trace(id, "requests") { body in
      if !parties.isEmpty { body.texts("parties", parties) }
      if broadcast {
        body.truth("broadcast")
        body.object("approvedBy", [("name", approvedBy), ("email", approverEmail)])
      }
      body.text("dateLastSeen", lastSeen)
      body.text("disclosureCap", cap)
      body.text("safeToContact", contact)
    }
    let root = try TraceCommand.tell(letters: answer, options)
    if let caseID = root["caseId"]?.string {
      NextSteps(options).say(
        "See who was asked, by when an answer is due, and what came back:", "case show \(caseID)")
    }
  }
}

struct TraceAnswerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answer", abstract: "Answer the request that a trace was made for.")

  @OptionGroup var options: ClientOptions
  @Option(help: "Whom to call about it.") var name: String
  @Option(help: "That officer's work email.") var email: String
  @Option(help: "The most you tell: yes-no, yes-no+school, yes-no+school+address, full.")
  var disclose = "yes-no"
  @Option(
    help: ArgumentHelp(
      "Refuse, for this reason: more-detrimental-to-child, address-sensitive, not-relevant, "
        + "identity-not-verified or other-law.", valueName: "reason"))
  var refuse: String?
  @Argument(help: "The trace's id.") var id: String

  func run() async throws {
    let answer = try await options.trace(id, "answer") { body in
      body.object("contactOfficer", [("name", name), ("email", email)])
      body.text("disclose", disclose)
      if let refuse { body.text("refusalReason", refuse) }
    }
    _ = try TraceCommand.tell(letters: answer, options)
    NextSteps(options).say(
      "Nothing now. Who asked says whether it is the child; see how the case stands:", "case list")
  }
}

struct TraceReplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reply", abstract: "Tell who answered whether it was the right child.",
    discussion: """
      `--result withdrawn` without an answer's id takes back every request that nobody has \
      answered yet. What is withdrawn, or was another child, is erased where it was received.
      """)

  @OptionGroup var options: ClientOptions
  @Option(help: "confirmed, wrong-child or withdrawn.") var result: String
  @Option(help: "How it was verified: \(TraceCommand.verifications).") var verifiedBy: String
  @Argument(help: "The trace's id.") var id: String
  @Argument(help: "The response's message id; `gatehouse case show` has it.") var answer: String?

  func run() async throws {
    let sent = try await options.trace(id, "replies") { body in
      if let answer { body.text("answer", answer) }
      body.text("result", result)
      body.text("verifiedBy", verifiedBy)
    }
    let root = try TraceCommand.tell(letters: sent, options)
    if let caseID = root["caseId"]?.string {
      NextSteps(options).say("See how the case stands:", "case show \(caseID)")
    }
  }
}

struct TraceLoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Load a party's pupils from a file, at the gateway's machine.",
    discussion: """
      CSV in UTF-8 with the columns id, upn, surname, forename, middle, dob, sex, postcode, \
      address and, if there, school, parent_surname, parent_forename, restriction (none, adopted, \
      refuge). What was held before is kept as history.
      """)

  /// Pupils in one transaction.
  private static let perCommit = 1000

  @OptionGroup var options: StoreOptions
  @Option(help: "The party's URN.") var party: String
  @Option(help: ArgumentHelp("The pupils, CSV.", valueName: "file")) var pool: String

  func run() async throws {
    guard let urn = PartyURN(party) else {
      throw CommandFailure(.usage, "--party: not a party's URN")
    }
    guard let data = FileManager.default.contents(atPath: pool) else {
      throw CommandFailure(.notFound, "\(pool): cannot be read")
    }
    let changes: [PupilChange]
    do {
      changes = try PupilLines.table(Array(data))
    } catch let fault as PupilFileFault {
      throw CommandFailure(.error, "\(pool): \(fault)")
    }
    let changed = try await options.withStore { store in
      var changed = 0
      for start in stride(from: 0, to: changes.count, by: Self.perCommit) {
        let batch = Array(changes[start..<min(start + Self.perCommit, changes.count)])
        changed += try await store.changePupils(batch, of: urn).changed
      }
      return changed
    }
    Terminal.say("\(changed) pupils loaded for \(urn).")
  }
}
