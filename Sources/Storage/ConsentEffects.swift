// What admitted messages do to the registers: a disclosure without consent goes on record, a
// consent is withdrawn, a decision not to share is kept. All in the transaction of their admission.
// Never decides whether they may: that was decided when they were admitted.

import ExchangeModel
import GRDB
import MessageLog

extension WriteContext {
  /// Changes the registers as an admitted message says.
  mutating func applyEffect(of message: AdmittedMessage) throws {
    let source = message.submission.envelope.source
    switch message.submission.content.effect {
    case .disclosureWithoutConsent(let id, let informed, let disclosesAddress, let reviewOn):
      let leaf = try append(
        LogEvent(
          .disclosedWithoutConsent,
          [.actor: source.text, .outcome: informed, .override: message.messageID.text]),
        subject: message.messageID.text, message: nil)
      try database.execute(
        sql: """
          INSERT INTO disclosure (message, source, covers, informed, discloses_address, review_on,
            leaf) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          message.sequence, source.text, id, informed, disclosesAddress,
          reviewOn.daysSinceEpoch, leaf,
        ])
    case .consentWithdrawal(let consent, let scope):
      // The gateway's notice tells of a withdrawal that has happened.
      if !message.submission.isNotice { try withdraw(consent, scope, by: source) }
    case .notToShare(let request, let reason):
      let leaf = try append(
        LogEvent(.notShared, [.actor: source.text, .reason: reason]),
        subject: message.messageID.text, message: nil)
      try database.execute(
        sql: """
          INSERT INTO not_shared (message, source, request, reason, leaf) VALUES (?, ?, ?, ?, ?)
          """, arguments: [message.sequence, source.text, request, reason, leaf])
    case .objection: try recordObjection(of: message)
    case .transfer(let file): try recordTransfer(file, of: message)
    case .lostPupilPosting(let posting): try recordPosting(posting, of: message)
    case .lostPupilSearch: try answerPoolSearch(message)
    case .lostPupilClaim(let claim): try recordClaim(claim, of: message)
    case .caseStep(let step): try takeCaseStep(step, of: message)
    case .publication, nil: break
    }
  }

  /// A withdrawal by message. Saying again what was said before changes nothing, nor does one
  /// that its sender may not make: Policy lets none through, and nothing rests on that alone.
  private mutating func withdraw(
    _ reference: String, _ scope: WithdrawalScope, by source: PartyURN
  ) throws {
    guard let id = ConsentTable.id(of: reference),
      let row = try ConsentRow.find(id, in: database), let party = directory[source],
      try mayWithdraw(row, by: party), try isLive(row, scope)
    else { return }
    try withdraw(row, scope, by: source, sealedReason: nil)
  }

  /// Whether there is something left of a record that a scope would take back. What ran out can
  /// still be withdrawn: messages that rest on it may be waiting.
  func isLive(_ row: ConsentRow, _ scope: WithdrawalScope) throws -> Bool {
    switch row.state(on: today) {
    case .notFound, .refused, .withdrawn, .superseded: return false
    case .given, .expired, .reviewOverdue: break
    }
    switch scope {
    case .all: return true
    case .recipient(let party):
      return try ConsentTable.recipients(of: row.id, in: database).contains(party)
    case .item(let item):
      return try ConsentTable.items(of: row.id, in: database)
        .contains { $0.utf8.elementsEqual(item.utf8) }
    }
  }
}

extension Submission {
  /// True for a notice that the gateway itself sends.
  var isNotice: Bool { if case .notice = sender { true } else { false } }
}
