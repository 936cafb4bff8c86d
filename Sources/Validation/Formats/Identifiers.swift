// The identifiers of children and schools: UPN, ULN, UCI, NHS number, DfE number, postcode.
// Never says which part is wrong of a value: only whether it is one. The rules are DfE's (CIN
// 1510–1550, CBDS), the Learning Records Service's, JCQ's and the NHS Data Dictionary's.

enum Identifiers {
  private static let upnLetters = Array("ABCDEFGHJKLMNPQRTUVWXYZ".utf8)
  private static let uciLetters = Array("ABCDEFGHKLMRTVWXY".utf8)

  /// Check letter, LA (3), establishment (4), year (2), serial (3; its last a letter when
  /// temporary). The letter is Σ cᵢ·i, i = 2…13, mod 23.
  static func isUPN(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    hasUPNCheckLetter(text) && LocalAuthorities.issuedUPNs.contains(number(text, 1..<4))
  }

  /// The same without the question whether the authority ever issued numbers.
  static func hasUPNCheckLetter(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 13, text[1..<12].allSatisfy(\.isDigit) else { return false }
    var sum = 0
    for index in 1..<12 { sum += Int(text[index] - 0x30) * (index + 1) }
    let last: Int
    if text[12].isDigit {
      last = Int(text[12] - 0x30)
    } else {
      guard let letter = upnLetters.firstIndex(of: text[12]) else { return false }
      last = letter
    }
    sum += last * 13
    return text[0] == upnLetters[sum % upnLetters.count]
  }

  /// Ten digits; weights 10 to 2, the remainder by 11 is not 0, and 10 less it is the last digit.
  static func isULN(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 10, text.allSatisfy(\.isDigit), text[0] != 0x30 else { return false }
    let remainder = weighted(text, 9, from: 10) % 11
    return remainder != 0 && Int(text[9] - 0x30) == 10 - remainder
  }

  /// Centre (5), a 0 or a board's letter, year (2), serial (4), and a letter by weights 16 to 5
  /// mod 17. A board's letter counts by its place in the alphabet of check letters.
  static func isUCI(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 13 else { return false }
    var sum = 0
    for index in 0..<12 {
      let value: Int
      if text[index].isDigit {
        value = Int(text[index] - 0x30)
      } else if index == 5, let letter = uciLetters.firstIndex(of: text[index]) {
        value = letter
      } else {
        return false
      }
      sum += value * (16 - index)
    }
    return text[12] == uciLetters[sum % uciLetters.count]
  }

  /// Ten digits without spaces; 11 − Σ mod 11 with weights 10 to 2, where 11 is 0 and 10 is none.
  static func isNHSNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 10, text.allSatisfy(\.isDigit) else { return false }
    let check = (11 - weighted(text, 9, from: 10) % 11) % 11
    return check < 10 && Int(text[9] - 0x30) == check && number(text, 0..<10) != 0
  }

  /// Seven digits: an authority that had establishments, and the establishment in it.
  static func isLAESTAB(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.count == 7 && text.allSatisfy(\.isDigit)
      && LocalAuthorities.hasEstablishments(number(text, 0..<3)) && number(text, 3..<7) > 0
  }

  /// Capitals with one space (BS 7666; the forms A9, A99, AA9, AA99, A9A, AA9A, and GIR 0AA).
  static func isPostcode(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (6...8).contains(text.count), text[text.count - 4] == 0x20 else { return false }
    if text.elementsEqual("GIR 0AA".utf8) { return true }
    let inward = text.part((text.count - 3)..<text.count)
    // The inward letters are never C, I, K, M, O or V.
    guard inward[0].isDigit,
      inward.dropFirst().allSatisfy({ $0.isUpper && !"CIKMOV".utf8.contains($0) })
    else { return false }
    let outward = text.part(0..<(text.count - 4))
    guard outward[0].isUpper, !"QVX".utf8.contains(outward[0]) else { return false }
    var index = 1
    if outward[1].isUpper {
      if "IJZ".utf8.contains(outward[1]) { return false }
      index = 2
    }
    guard index < outward.count, outward[index].isDigit else { return false }
    switch outward.count - index {
    case 1: return true
    case 2:
      let last = outward[index + 1]
      return last.isDigit || (last.isUpper && !"IOQ".utf8.contains(last))
    default: return false
    }
  }

  private static func weighted(
    _ text: UnsafeBufferPointer<UInt8>, _ count: Int, from weight: Int
  ) -> Int {
    var sum = 0
    for index in 0..<count { sum += Int(text[index] - 0x30) * (weight - index) }
    return sum
  }

  private static func number(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
    text[range].reduce(0) { $0 * 10 + Int($1 & 0x0F) }
  }
}
