// The child that a request under the child's rights is about, as the requester names it.
// Never held longer than the request: the store looks it up by keyed hashes.

/// Identifiers that are enough to mean one child: a number, or both names with the date of birth.
package struct Subject: Sendable, Equatable {
  /// By the names of `MessageType.childIdentifiers`. Personal.
  package let identifiers: [String: String]

  /// The identifiers that a child may be looked up by, the strongest first.
  package static let numbers = ["upn", "formerUpn", "nhsNumber", "uln", "uci"]
  package static let names = ["surname", "forename", "dateOfBirth"]

  /// Nil when these could mean another child as well: names alone, or no identifier at all.
  package init?(_ identifiers: [String: String]) {
    let known = identifiers.filter { Self.numbers.contains($0.key) || Self.names.contains($0.key) }
    let hasNumber = Self.numbers.contains { known[$0] != nil }
    guard hasNumber || Self.names.allSatisfy({ known[$0] != nil }) else { return nil }
    self.identifiers = known
  }
}
