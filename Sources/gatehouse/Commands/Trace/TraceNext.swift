// What a person does next in a trace or a case, as a line that can be typed as it stands. Goes to
// stderr: programs read stdout. Never decides anything: it names the choices.

import ExchangeModel
import Validation

/// Lines that say what to do next.
struct NextSteps {
  private let options: ClientOptions

  init(_ options: ClientOptions) { self.options = options }

  /// One choice: what for, and the command.
  func say(_ what: String, _ command: String? = nil) {
    guard !options.json else { return }
    Terminal.say("next: \(what)")
    guard let command else { return }
    // The profile is repeated as it was given, so that the line can be copied.
    let profile = options.profile.map { " --profile \($0)" } ?? ""
    Terminal.say("      gatehouse \(command)\(profile)")
  }

  // MARK: A trace

  func after(_ trace: JSONNode) {
    let id = trace["traceId"]?.string ?? "TRACE"
    let isForRequest = trace["request"]?.string != nil
    let result = trace["confirmation"]?["result"]?.string
    let offered = trace.list("candidates").filter { $0["reading"]?.isString("child") == true }
    switch (result, isForRequest) {
    case (nil, true):
      choose(id, offered)
      say("None of them is the child:", "trace confirm \(id)")
      say(
        "You may not or will not tell:",
        "trace answer \(id) --refuse REASON --name \"YOUR NAME\" --email YOUR@EMAIL")
    case (nil, false):
      choose(id, offered)
      if !offered.isEmpty { say("None of them is the child:", "trace confirm \(id)") }
      others(id, trace)
    case ("confirmed", false):
      say("The child is at home here, and nobody else need be asked.")
      tellStatus()
    case ("possible", false):
      home(id, trace)
      choose(id, offered)
      others(id, trace)
    case (_, false): others(id, trace)
    case (let result, true):
      if result == "possible" { home(id, trace) }
      answer(id, result, trace)
    }
  }

  private func choose(_ id: String, _ offered: [JSONNode]) {
    guard let first = offered.first else { return }
    let number = first["number"]?.numberText ?? "1"
    if first["restricted"]?.bool == true {
      say(
        "Where this child is, no gateway tells: speak with whoever is answerable for the record.")
    } else if first["disclosed"]?.isString("name") == true {
      say(
        "See the school of a candidate, so that you can ask there:",
        "trace disclose \(id) \(number) --scope school --reason REASON")
    }
    say(
      "A candidate is the child (`--possible`: it may be; then you can see its home):",
      "trace confirm \(id) --candidate \(number) --verified-by school-roll")
  }

  /// Of a candidate that may be the child: where it lives, to go and see.
  private func home(_ id: String, _ trace: JSONNode) {
    guard let number = trace["confirmation"]?["candidate"]?.numberText else { return }
    say(
      "See its home, if that is what you need to be sure; then confirm it, or without "
        + "--candidate that none of them is the child:",
      "trace disclose \(id) \(number) --scope address --reason REASON")
  }

  private func others(_ id: String, _ trace: JSONNode) {
    if let caseID = trace["caseId"]?.string {
      return say("See who was asked and what came back:", "case show \(caseID)")
    }
    let enquiries = trace.list("enquiries")
    let request = "trace request \(id) --last-seen YYYY-MM-DD --cap yes-no+school"
    guard !enquiries.isEmpty else {
      return say(
        "Ask the other authorities, yes or no, without showing them the child:",
        "trace enquire \(id) --all")
    }
    if enquiries.contains(where: { $0["answer"]?.isString("yes") == true }) {
      return say("Send the request to those who said yes:", request)
    }
    if let unknown = enquiries.first(where: { $0["answer"]?.isString("unknown") == true }) {
      say(
        "Some keep no pupils with the gateway, so only a request can tell. Ask one of them:",
        request + " " + (unknown["party"]?.string ?? "URN"))
    }
    say(
      "Nobody knows the child by what you asked. Somebody may know it under another name or date: "
        + "ask all, with an approver:",
      request + " --broadcast --approved-by \"NAME\" --approver-email NAME@EMAIL")
  }

  private func answer(_ id: String, _ result: String?, _ trace: JSONNode) {
    let who = "--name \"YOUR NAME\" --email YOUR@EMAIL"
    switch result {
    case "confirmed":
      say(
        "Answer that it is the child. --disclose is the most you tell: yes-no, yes-no+school, "
          + "yes-no+school+address; more than the request asks for is never sent:",
        "trace answer \(id) --disclose yes-no+school \(who)")
    case "possible":
      say(
        "Answer that it may be the child: what differs is told, no school and no home:",
        "trace answer \(id) \(who)")
    default:
      say(
        "Answer that the child is not here; then the request is erased here:",
        "trace answer \(id) \(who)")
    }
  }

  func afterEnquiry(_ answers: JSONNode, of trace: String) { others(trace, answers) }

  // MARK: A case

  func after(case found: JSONNode) {
    let isOwn = found["isOwn"]?.bool == true
    let asked = found.list("asked")
    switch found["kind"]?.string {
    case "trace":
      for question in asked { isOwn ? own(question, found) : others(question) }
      let open = asked.count { $0["state"]?.isString("open") == true }
      let isConfirmed = asked.contains { $0["state"]?.isString("confirmed") == true }
      if isOwn, open > 0, isConfirmed, let trace = found["traceId"]?.string {
        say(
          "The child is found; take back the \(open) that are still open:",
          "trace reply \(trace) --result withdrawn --verified-by school-roll")
      }
    case "missing-child" where isOwn:
      say(
        "Read what is known of the child:",
        "inbox get \(found["caseId"]?.string ?? "CASE") --format text")
      say(
        "Look for the child among the pupils of your authority:",
        "trace ask --officer YOUR-NUMBER --surname SURNAME --forename FORENAME --born YYYY-MM-DD")
      tellStatus()
    case "deletion" where isOwn:
      say("Check the return and answer it with a deletion-return-check message.")
    default: break
    }
  }

  private func own(_ question: JSONNode, _ found: JSONNode) {
    let party = question["asked"]?.string ?? ""
    let trace = found["traceId"]?.string ?? "TRACE"
    let answer = question["answer"]?.string ?? "ANSWER"
    switch question["state"]?.string {
    case "open":
      let due = question["dueAt"].map { "due by \(TraceCommand.minute($0))" } ?? "no day is known"
      say("Wait for \(party) (\(due)); its answer comes to your inbox:", "inbox list")
    case "answered-match", "answered-potential":
      say("Read the answer of \(party):", "inbox get \(answer) --format text")
      say(
        "Check it there or at the school; then say whether it is the child (confirmed or "
          + "wrong-child):",
        "trace reply \(trace) \(answer) --result confirmed --verified-by school-roll")
    case "refused": say("Read why \(party) refused:", "inbox get \(answer) --format text")
    case "expired": say("The time of the request to \(party) is over; it may be asked again.")
    case "confirmed":
      say("\(party) has the child. A school there asks for the child's transfer file.")
      tellStatus()
    default: break
    }
  }

  private func tellStatus() {
    say(
      "Tell who was worried how it stands: a message like those in "
        + "schemas/messages/child-missing-education-status/v1/examples,", "message send FILE")
  }

  private func others(_ question: JSONNode) {
    guard question["state"]?.isString("open") == true else { return }
    say(
      "You are asked. Look among the pupils of your authority:",
      "trace ask --officer YOUR-NUMBER --request \(question["messageId"]?.string ?? "REQUEST")")
  }
}

extension JSONNode {
  /// The elements of a list; none when it is not there.
  func list(_ name: String) -> [JSONNode] { self[name].map { Array($0.elements) } ?? [] }
}
