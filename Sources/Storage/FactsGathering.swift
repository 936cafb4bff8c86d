// What the store knows about a message before it is decided: the registers' answers, gathered in
// the transaction that will hold its outcome. Never decides.

import ExchangeModel
import Foundation
import GRDB

extension WriteContext {
  /// The facts about a message from `sender` that carries the child with these keys, and whose
  /// text, when it is to be published, has these names in it.
  mutating func facts(
    of submission: Submission, from sender: Party, children: [ChildKey], names: [ChildKey] = []
  ) throws -> Facts {
    let envelope = submission.envelope
    var facts = Facts(
      claims: submission.claims, sender: PartyFact(sender),
      recipient: directory[envelope.recipient].map(PartyFact.init))
    facts.isOwnName = sender.urn == envelope.source
    facts.inForce = submission.inForce
    if envelope.expiryTime != nil {
      facts.expiry =
        switch submission.expiresAt {
        case nil: .unreadable
        case .some(let time): time > now ? .ahead : .passed
        }
    }
    if let last = submission.messageType.endsOn {
      facts.hasTypeEnded = today > last.daysSinceEpoch
    }
    if let reference = envelope.consentRef {
      facts.consent = try consentFact(reference, for: submission, children: children)
    }
    if let reference = envelope.overrideRef {
      facts.disclosure = try disclosureFact(reference, for: submission)
    }
    if case .consentWithdrawal(let consent, _) = submission.content.effect {
      facts.mayWithdraw = try submission.isNotice || mayWithdraw(consent, by: sender)
    }
    for (link, reference) in [
      (OnwardFact.Link.causation, envelope.causationID), (.reply, envelope.inReplyTo),
    ] {
      guard let reference else { continue }
      facts.onward.append(try onwardFact(link, reference, of: envelope))
    }
    if try namesAKnownChild(names) {
      facts.claims.identityFound = (facts.claims.identityFound + ["name"]).sorted()
    }
    if case .caseStep(.traceResponse(_, let discloses)) = submission.content.effect {
      facts.trace = TraceFact(cap: try disclosureCap(answeredBy: envelope), discloses: discloses)
    }
    facts.hasObjection = try hasObjection(children)
    facts.repliesWithoutCalendar = try repliesWithoutCalendar(to: submission)
    return facts
  }

  /// Days since 1970 of the present day in UTC.
  var today: Int64 { now.day }

  /// The message that `causationid` or `inreplyto` names: the gateway's id, or the `id` that its
  /// source gave it, of a message that this sender sent or received.
  private func onwardFact(
    _ link: OnwardFact.Link, _ reference: String, of envelope: Envelope
  ) throws -> OnwardFact {
    guard let earlier = try threadMessage(reference, of: envelope) else {
      return OnwardFact(link: link, purpose: nil)
    }
    return OnwardFact(
      link: link, purpose: earlier.purpose,
      goesBack: earlier.source.utf8.elementsEqual(envelope.recipient.text.utf8),
      isOwn: earlier.source.utf8.elementsEqual(envelope.source.text.utf8),
      wasSealed: earlier.isSealed,
      standsOnConsent: try earlier.consent.flatMap {
        try ConsentRow.find($0, in: database)?.state(on: today)
      } == .given)
  }

  /// A message as a thread refers to it.
  struct ThreadMessage {
    let sequence: Int64
    let source: String
    let purpose: String
    let isSealed: Bool
    /// The record of consent that it rests on; nil when it rests on none.
    let consent: String?
  }

  /// The message of this reference that the envelope's sender sent or received; nil when none.
  func threadMessage(_ reference: String, of envelope: Envelope) throws -> ThreadMessage? {
    let me = envelope.source.text
    let columns = "sequence, source, purpose, is_sealed, consent FROM message"
    let byID = try database.cachedStatement(
      sql: "SELECT \(columns) WHERE message_id = ?1 AND (source = ?2 OR recipient = ?2)")
    var row = try Row.fetchOne(byID, arguments: [reference, me])
    if row == nil {
      let fromPeer = try database.cachedStatement(
        sql: "SELECT \(columns) WHERE source = ?1 AND source_id = ?2 AND recipient = ?3")
      row = try Row.fetchOne(
        fromPeer, arguments: [envelope.recipient.text, reference, me])
    }
    if row == nil {
      let own = try database.cachedStatement(
        sql: "SELECT \(columns) WHERE source = ?1 AND source_id = ?2")
      row = try Row.fetchOne(own, arguments: [me, reference])
    }
    return row.map { row in
      ThreadMessage(
        sequence: row["sequence"], source: row["source"], purpose: row["purpose"],
        isSealed: row["is_sealed"], consent: row["consent"])
    }
  }
}
