// Consents as a party registers them. All people in them are invented.

import ExchangeModel
import Testing
import Validation

@testable import Gateway

enum SampleConsents {
  /// The school's consent that CAMHS is asked about health, and answers.
  static let text = """
    {"child": {"surname": "Quibblesworth", "forename": "Zebedee", "dateOfBirth": "2014-01-29",
       "upn": "W850203924017", "nhsNumber": "9990000018"},
     "givenBy": "Hortensia Hushhush", "relationship": "grandparent",
     "capacity": "parental-responsibility", "purposes": ["medical-education"],
     "items": ["health", "identifiers"],
     "recipients": ["urn:gatehouse:850:ods-rw1", "urn:gatehouse:850:4321"],
     "method": "in-writing", "givenOn": "2026-01-10", "reviewBy": "2099-11-10",
     "evidence": {"sha256": "5555555555555555555555555555555555555555555555555555555555555555",
       "kind": "signed-form"}}
    """

  static func bytes(_ changes: [(String, String)] = []) -> [UInt8] {
    Array(changes.reduce(text) { $0.replacing($1.0, with: $1.1) }.utf8)
  }
}
