// Numbers as text between JSON and XML: value for value, digit for digit where both can write it.
// Never goes through floating point.

/// The lexical forms of numbers in JSON (RFC 8259 section 6) and XML Schema (xs:decimal).
enum DecimalText {
  /// Digits a number may grow to when its exponent is written out.
  private static let mostDigits = 400

  /// A JSON number without its exponent: `1.50` stays `1.50`, `15e-1` becomes `1.5`.
  /// Nil when writing the exponent out would take more than 400 digits.
  static func plain(_ json: String) -> String? {
    let bytes = Array(json.utf8)
    guard let mark = bytes.firstIndex(where: { $0 == 0x65 || $0 == 0x45 }) else { return json }
    let exponentText = bytes[(mark + 1)...].drop { $0 == 0x2B }
    guard let exponent = Int(String(decoding: exponentText, as: UTF8.self)),
      (-mostDigits...mostDigits).contains(exponent)
    else { return isZero(bytes[..<mark]) ? "0" : nil }
    let mantissa = bytes[..<mark]
    let isNegative = mantissa.first == 0x2D
    let unsigned = isNegative ? mantissa.dropFirst() : mantissa
    let point = unsigned.firstIndex(of: 0x2E)
    var digits = unsigned.filter { $0 != 0x2E }
    var whole = (point.map { $0 - unsigned.startIndex } ?? unsigned.count) + exponent
    if whole < 1 {
      digits = Array(repeating: 0x30, count: 1 - whole) + digits
      whole = 1
    } else if whole > digits.count {
      digits += Array(repeating: 0x30, count: whole - digits.count)
    }
    guard digits.count <= mostDigits else { return nil }
    let head = trimmedHead(digits[..<whole])
    let tail = digits[whole...]
    return (isNegative ? "-" : "") + String(decoding: head, as: UTF8.self)
      + (tail.isEmpty ? "" : "." + String(decoding: tail, as: UTF8.self))
  }

  /// A JSON number that is an integer, as xs:integer writes it: `4.0` and `40e-1` become `4`.
  /// Nil when it is no integer or too long.
  static func integer(_ json: String) -> String? {
    guard let plain = plain(json) else { return nil }
    guard let point = plain.utf8.firstIndex(of: 0x2E) else { return plain }
    let fraction = plain[plain.index(after: point)...]
    return fraction.utf8.allSatisfy { $0 == 0x30 } ? String(plain[..<point]) : nil
  }

  /// A JSON number for the text of an xs:decimal or xs:integer: `+01.50` -> `1.50`, `.5` ->
  /// `0.5`, `5.` -> `5`. Nil when the text is neither.
  static func json(_ text: Substring) -> String? {
    var bytes = Array(text.utf8)[...]
    let isNegative = bytes.first == 0x2D
    if isNegative || bytes.first == 0x2B { bytes = bytes.dropFirst() }
    let parts = bytes.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
    let whole = parts.first ?? []
    let fraction = parts.count > 1 ? parts[1] : []
    guard !(whole.isEmpty && fraction.isEmpty),
      (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let head = trimmedHead(whole)
    return (isNegative ? "-" : "") + String(decoding: head, as: UTF8.self)
      + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self))
  }

  private static func isZero(_ mantissa: ArraySlice<UInt8>) -> Bool {
    mantissa.allSatisfy { !(0x31...0x39).contains($0) }
  }

  /// Without leading zeros, but with one digit at least.
  private static func trimmedHead(_ digits: ArraySlice<UInt8>) -> [UInt8] {
    let trimmed = digits.drop { $0 == 0x30 }
    return trimmed.isEmpty ? [0x30] : Array(trimmed)
  }
}
