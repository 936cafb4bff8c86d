// The rights of the person: objections on record, rectifications under way, and names never to be
// published.

import ExchangeModel
import GRDB

enum RightsSchema {
  static func create(in database: Database) throws {}
}

extension WriteContext {
  /// True when an objection is on record for one of these keys.
  func hasObjection(_ children: [ChildKey]) throws -> Bool { false }

  /// True when one of these pairs (forename, surname) names a child that the gateway knows.
  func namesAKnownChild(_ names: [[String]]) throws -> Bool { false }

  /// Keeps an objection that a message makes, and its outcome when there is one.
  mutating func recordObjection(of message: AdmittedMessage) throws {}
}
