// What is right and wrong about a UPN, part by part, for the one place that tells a person so:
// the checks of transfer files. Never repeats the number.

/// The findings on one unique pupil number (CIN rules 1510 to 1550).
package struct UPNFindings: Sendable, Equatable {
  /// Letter, eleven digits, and a digit or letter; the first is the check letter of the rest.
  package let isWellFormed: Bool
  /// The last character is a letter: a temporary number.
  package let isTemporary: Bool
  /// Numbers were issued by the authority it names (CIN rule 1530).
  package let isFromIssuer: Bool

  package init(_ text: some Collection<UInt8>) {
    let bytes = Array(text)
    isWellFormed = bytes.withUnsafeBufferPointer { Identifiers.hasUPNCheckLetter($0) }
    isTemporary = isWellFormed && bytes.last.map { !$0.isDigit } ?? false
    let authority = bytes.dropFirst().prefix(3).reduce(0) { $0 * 10 + Int($1 & 0x0F) }
    isFromIssuer = isWellFormed && LocalAuthorities.issuedUPNs.contains(authority)
  }
}

/// The numbers of local authorities as transfer files name them.
package enum LocalAuthorityNumber {
  /// True for the three digits of an authority that has, or had, schools (GIAS); false for the
  /// pseudo authorities that stand in UPNs only.
  package static func isReal(_ text: some Collection<UInt8>) -> Bool {
    guard text.count == 3, text.allSatisfy(\.isDigit) else { return false }
    return LocalAuthorities.hasEstablishments(text.reduce(0) { $0 * 10 + Int($1 & 0x0F) })
  }
}
