// The consent register: who consented to what for which child, and until when.

import ExchangeModel
import GRDB

enum ConsentSchema {
  static func create(in database: Database) throws {}
}

extension WriteContext {
  /// What the register answers about the consent that a message names.
  func consentFact(
    _ reference: String, for submission: Submission, children: [ChildKey]
  ) throws -> ConsentFact {
    ConsentFact(record: "", state: .notFound)
  }

  /// The id of the consent that a message rests on, when the register has it.
  func consentOnRecord(of submission: Submission) -> String? { nil }

  func mayWithdraw(_ consent: String, by sender: Party) throws -> Bool { false }

  /// What is on record about the disclosure without consent that a message names.
  func disclosureFact(_ reference: String, for submission: Submission) throws -> DisclosureFact {
    DisclosureFact(record: "", state: .notFound)
  }

  /// Changes the registers as an admitted message says.
  mutating func applyEffect(of message: AdmittedMessage) throws {}
}
