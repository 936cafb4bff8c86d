// Reads what the letters of a trace need beside it: whom to ask, how much, who answers.
// Never checks what the message's own schema checks when it is admitted.

import ExchangeModel
import Storage
import Validation

enum TraceTerms {
  /// Whom to ask, and on what terms. Without parties: those who said yes.
  static func read(
    _ bytes: [UInt8], reason: String, limits: Limits
  ) throws -> (parties: [PartyURN], terms: TraceRequestTerms) {
    let root = try JSONNode.root(bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(
      root, "",
      of: ["parties", "broadcast", "approvedBy", "dateLastSeen", "disclosureCap", "safeToContact"])
    let parties = TraceBody.parties(root, "parties", &reader, limits: limits)
    let isBroadcast = reader.truth(root, "broadcast", "")
    let seen = reader.text(root, "dateLastSeen", "", isRequired: true)
    if !seen.isEmpty, CivilDate(seen) == nil {
      reader.fault(root, "/dateLastSeen", "date", "Give the day as YYYY-MM-DD.")
    }
    let cap = reader.word(
      root, "disclosureCap", "", of: DisclosureCap.allCases.map(\.rawValue))
    let contact = reader.word(
      root, "safeToContact", "", of: ["open", "do-not-alert-family", "police-only"])
    if isBroadcast, root["approvedBy"] == nil {
      reader.fault(root, "", "required", "Name who approved that all authorities are asked.")
    }
    if isBroadcast, !parties.isEmpty {
      reader.fault(root, "/parties", "one-choice", "Give `parties` or `broadcast`, not both.")
    }
    try reader.finish()
    guard let cap = cap.flatMap(DisclosureCap.init(rawValue:)), let contact else {
      throw Refusal(.badRequest)
    }
    return (
      parties,
      TraceRequestTerms(
        dateLastSeen: seen, reason: reason, cap: cap, safeToContact: contact,
        isBroadcast: isBroadcast, approvedBy: root["approvedBy"].map { Array($0.rawBytes) })
    )
  }

  /// Who answers, and how much may be told at most.
  static func answer(
    _ bytes: [UInt8], limits: Limits
  ) throws -> (contactOfficer: [UInt8], disclose: DisclosureCap, refusalReason: String?) {
    let root = try JSONNode.root(bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(root, "", of: ["contactOfficer", "disclose", "refusalReason"])
    let disclose = reader.word(
      root, "disclose", "", of: DisclosureCap.allCases.map(\.rawValue), isRequired: false)
    let refusal = reader.word(
      root, "refusalReason", "",
      of: [
        "more-detrimental-to-child", "address-sensitive", "not-relevant",
        "identity-not-verified", "other-law",
      ], isRequired: false)
    let officer = root["contactOfficer"]
    if officer == nil { reader.fault(root, "", "required", "Give a contactOfficer.") }
    try reader.finish()
    guard let officer else { throw Refusal(.badRequest) }
    return (
      Array(officer.rawBytes), disclose.flatMap(DisclosureCap.init(rawValue:)) ?? .yesNo, refusal
    )
  }

  /// The answer that is meant, and whether it was the child. Without an answer, all requests that
  /// are still open are meant: they can be withdrawn, and nothing else be said of them.
  static func reply(
    _ bytes: [UInt8], limits: Limits
  ) throws -> (answer: MessageID?, result: String, verifiedBy: String) {
    let root = try JSONNode.root(bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(root, "", of: ["answer", "result", "verifiedBy"])
    let answer = root["answer"]?.string.flatMap { MessageID($0) }
    let result = reader.word(root, "result", "", of: ["confirmed", "wrong-child", "withdrawn"])
    let mayLeaveOut = result?.utf8.elementsEqual("withdrawn".utf8) == true
    if answer == nil, root["answer"] != nil || !mayLeaveOut {
      reader.fault(root, "/answer", "format", "Give the response's message id.")
    }
    let verified = reader.word(root, "verifiedBy", "", of: TraceBody.verifiedBy)
    try reader.finish()
    guard let result, let verified else { throw Refusal(.badRequest) }
    return (answer, result, verified)
  }
}
