// What a name may be made of, by character (rules P06 and P07).
// Works on scalars: a combining mark after a control character hides nothing.

enum NameText {
  /// Control characters, and those that change the direction of writing or cannot be seen.
  static func hasControl(_ text: String) -> Bool {
    // Most names are ASCII, and quickly told.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return false }
    return trimmed(text).unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x00...0x1F, 0x7F...0x9F: true
      case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
      case 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
      case let value: value & 0xFFFE == 0xFFFE
      }
    }
  }

  /// Two letters or more that have a case, all of the same one.
  static func isOfOneCase(_ text: String) -> Bool {
    var upper = 0
    var lower = 0
    for scalar in text.unicodeScalars {
      if scalar.value < 0x80 {
        if (0x41...0x5A).contains(scalar.value) { upper += 1 }
        if (0x61...0x7A).contains(scalar.value) { lower += 1 }
      } else {
        if scalar.properties.isUppercase { upper += 1 }
        if scalar.properties.isLowercase { lower += 1 }
      }
      if upper > 0, lower > 0 { return false }
    }
    return upper + lower >= 2
  }
}
