// Checks the identifiers of a child that somebody asks about, before anybody is looked up by them:
// a mistyped number could be another child's. Never says what was wrong with a value.

/// The forms of a child's identifiers, by the names of `MessageType.childIdentifiers`.
package enum ChildNumbers {
  /// Bytes of a name at most: 100 characters of four bytes.
  private static let longestName = 400

  /// True when a value may be such an identifier: check digits and letters included.
  package static func isWellFormed(_ value: String, as name: String) -> Bool {
    let format: StringFormat
    switch name {
    case "upn", "formerUpn": format = .upn
    case "uln": format = .uln
    case "uci": format = .uci
    case "nhsNumber": format = .nhsNumber
    case "dateOfBirth": format = .date
    case "surname", "forename":
      return (1...longestName).contains(value.utf8.count) && value.contains(where: \.isLetter)
    default: return false
    }
    return Array(value.utf8).withUnsafeBufferPointer { format.accepts($0) }
  }
}
