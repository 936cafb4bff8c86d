// A child's number checked where no schema is: in the registers' own calls.
// Never says which part of it is wrong.

/// The check of one number.
package enum ChildNumber {
  /// Whether a text has a format: `upn`, `uln` or `nhs-number`; false for any other name.
  package static func isValid(_ text: String, format: String) -> Bool {
    guard let found = StringFormat(rawValue: format),
      [.upn, .uln, .nhsNumber].contains(found)
    else { return false }
    return Array(text.utf8).withUnsafeBufferPointer { found.accepts($0) }
  }
}
