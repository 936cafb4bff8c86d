// A date of birth as registers and worried callers know it: whole, partial, or not at all.
// Never rejects: what cannot be a date is unknown.

/// Year, month and day; 0 stands for an unknown part.
package struct BirthDate: Sendable, Equatable, Hashable {
  package static let unknown = BirthDate(packed: 0)
  /// Year << 14 | month << 7 | day.
  package let packed: UInt32

  package var year: Int { Int(packed >> 14) }
  package var month: Int { Int(packed >> 7 & 127) }
  package var day: Int { Int(packed & 127) }
  package var isKnown: Bool { packed != 0 }
  package var isWhole: Bool { packed >> 14 != 0 && month != 0 && day != 0 }

  init(packed: UInt32) { self.packed = packed }

  /// A month 13 or a day 45 is kept as it was told: one slip of the finger lies between it and
  /// the date that was meant. Parts with more digits than they can have count as unknown.
  package init(year: Int, month: Int = 0, day: Int = 0) {
    let year = (1...9999).contains(year) ? UInt32(year) : 0
    let month = (1...99).contains(month) ? UInt32(month) : 0
    let day = (1...99).contains(day) ? UInt32(day) : 0
    packed = year << 14 | month << 7 | day
  }

  /// Reads `2014-03-09`, `20140309`, `09/03/2014`, `2014-03`, `2014` and unknown parts written as
  /// `00`, `??` or `xx`; anything else is unknown.
  package init(_ text: some StringProtocol) {
    var parts: [(value: Int, digits: Int)] = []
    var value = 0
    var digits = 0
    var isOpen = false
    func close() -> (Int, Int) { (value, digits) }
    for byte in text.utf8.prefix(TraceLimits.textBytes) {
      switch byte {
      case 0x30...0x39 where digits < 8:
        value = value * 10 + Int(byte - 0x30)
        digits += 1
        isOpen = true
      case UInt8(ascii: "?"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "*"):
        isOpen = true
      case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), 0x20:
        if isOpen { parts.append(close()) }
        (value, digits, isOpen) = (0, 0, false)
      case UInt8(ascii: "T") where parts.count == 2:
        parts.append(close())
        self.init(parts)
        return
      default:
        self = .unknown
        return
      }
    }
    if isOpen { parts.append(close()) }
    self.init(parts)
  }

  private init(_ parts: [(value: Int, digits: Int)]) {
    guard let first = parts.first else {
      self = .unknown
      return
    }
    if parts.count == 1, first.digits == 8 {
      self.init(
        year: first.value / 10_000, month: first.value / 100 % 100, day: first.value % 100)
    } else if parts.count >= 3, parts[2].digits == 4 {
      self.init(year: parts[2].value, month: parts[1].value, day: first.value)
    } else if first.digits == 4 {
      self.init(
        year: first.value, month: parts.count > 1 ? parts[1].value : 0,
        day: parts.count > 2 ? parts[2].value : 0)
    } else if parts.count >= 3, first.digits == 0 {
      self.init(year: 0, month: parts[1].value, day: parts[2].value)
    } else {
      self = .unknown
    }
  }

  /// Days between two whole dates, near enough to tell a twin from a sibling.
  func days(to other: BirthDate) -> Int {
    func number(_ date: BirthDate) -> Int {
      date.year * 365 + date.year / 4 + date.month * 30 + date.month / 2 + date.day
    }
    return abs(number(self) - number(other))
  }
}
