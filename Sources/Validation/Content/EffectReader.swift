// Reads what a message does to the gateway's registers from its payload.
// Never carries it out: the store does, when the message is admitted.
import ExchangeModel

/// Reads one kind of effect.
struct EffectReader: Sendable {
  let effect: MessageType.Effect
  let shape: PayloadShape

  /// Members of the payload that the effect needs, so the schema must require them.
  static func members(of effect: MessageType.Effect) -> [String] {
    switch effect {
    case .disclosureWithoutConsent: ["messageId", "informedPerson", "reviewOn", "whatDisclosed"]
    case .consentWithdrawal: ["consentRef", "scope"]
    case .notToShare: ["messageId", "reason"]
    case .objection: ["interim"]
    case .transfer: ["ctf", "pupilCount"]
    case .lostPupilPosting: ["ctf"]
    case .lostPupilClaim: ["postingId", "upn", "claimant", "evidence"]
    case .publication, .lostPupilSearch, .missingChildReferral, .newPupilReturn, .deletionReturn: []
    case .missingChildStatus: ["caseRef", "status"]
    case .traceRequest: ["disclosureCap"]
    case .deletionReturnCheck, .deletionOutcome, .traceResponse, .traceConfirmation: ["result"]
    }
  }

  /// The effect of a payload that its schema accepted.
  func effect(of payload: JSONNode, on day: CivilDate?) -> MessageEffect? {
    func text(_ name: String) -> String { payload[name]?.string ?? "" }
    switch effect {
    case .disclosureWithoutConsent:
      guard let review = CivilDate(text("reviewOn")) else { return nil }
      let items = payload.elements(of: "whatDisclosed")
      return .disclosureWithoutConsent(
        messageID: text("messageId"), informed: text("informedPerson"),
        disclosesAddress: items.contains { $0.isString("address") }, reviewOn: review)
    case .consentWithdrawal:
      return .consentWithdrawal(consent: text("consentRef"), scope: scope(of: payload))
    case .notToShare: return .notToShare(request: text("messageId"), reason: text("reason"))
    case .objection:
      return .objection(interim: text("interim"), outcome: payload["outcome"]?.string)
    case .publication:
      var scan = PublicationScan(shape: shape, day: day)
      scan.read(payload)
      return .publication(findings: scan.findings, possibleNames: scan.possibleNames)
    case .transfer:
      return .transfer(file(of: payload, pupils: payload["pupilCount"]?.integer ?? 0))
    case .lostPupilPosting:
      let historic = payload["historicGround"]?.string
      return .lostPupilPosting(
        LostPupilPosting(
          file: file(of: payload, pupils: 1), regulations: historic == nil ? .of2024 : .of2006,
          ground: historic ?? text("removalGround")))
    case .lostPupilSearch: return .lostPupilSearch
    case .lostPupilClaim:
      return .lostPupilClaim(
        LostPupilClaim(
          posting: text("postingId"), school: text("claimant"),
          evidence: payload.elements(of: "evidence").compactMap(\.string).sorted()))
    default: return step(of: payload).map { .caseStep($0) }
    }
  }

  private func file(of payload: JSONNode, pupils: Int64) -> TransferClaim {
    let file = payload["ctf"]
    return TransferClaim(
      fileName: file?["fileName"]?.string ?? "", version: file?["version"]?.string ?? "",
      sha256: file?["sha256"]?.string ?? "", pupils: pupils)
  }

  /// The step of a case that a payload makes.
  private func step(of payload: JSONNode) -> CaseStep? {
    func text(_ name: String) -> String { payload[name]?.string ?? "" }
    switch effect {
    case .missingChildReferral: return .missingChildReferral
    case .missingChildStatus:
      return .missingChildStatus(reference: text("caseRef"), status: text("status"))
    case .newPupilReturn: return .newPupilReturn
    case .deletionReturn:
      return .deletionReturn(isHistoric: payload["historicGround"] != nil)
    case .deletionReturnCheck: return .deletionReturnCheck(result: text("result"))
    case .deletionOutcome: return .deletionOutcome(result: text("result"))
    case .traceRequest:
      return DisclosureCap(rawValue: text("disclosureCap")).map { .traceRequest(cap: $0) }
    case .traceResponse:
      return .traceResponse(result: text("result"), discloses: Self.disclosed(by: payload))
    case .traceConfirmation: return .traceConfirmation(result: text("result"))
    default: return nil
    }
  }

  /// The most that a response tells. Conflicts of an address tell the address.
  private static func disclosed(by payload: JSONNode) -> DisclosureCap {
    let conflicts = payload.elements(of: "fieldConflicts").compactMap { $0["field"]?.string }
    let places = ["address", "postcode", "home", "street", "town"]
    let tellsPlace = conflicts.contains { field in
      places.contains { field.lowercased().contains($0) }
    }
    if payload["address"] != nil || tellsPlace { return .address }
    let tellsSchool = payload["school"] != nil || payload["startDate"] != nil
    return tellsSchool || conflicts.contains { $0.lowercased().contains("school") }
      ? .school : .yesNo
  }

  /// A scope that cannot be read takes the whole consent back: rather too little is shared.
  private func scope(of payload: JSONNode) -> WithdrawalScope {
    switch payload["scope"]?.string {
    case "one-recipient":
      payload["recipient"]?.string.flatMap { PartyURN($0) }.map { .recipient($0) } ?? .all
    case "one-item": payload["item"]?.string.map { .item($0) } ?? .all
    default: .all
    }
  }
}
