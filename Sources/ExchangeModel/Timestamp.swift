// An instant in UTC with millisecond precision, read from and written as RFC 3339.
// Never reads the clock: time is passed in.

/// Milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// This instant moved by a number of seconds; saturates rather than overflows.
  package func adding(seconds: Int64) -> Timestamp {
    let (scaled, overflowA) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, overflowB) = milliseconds.addingReportingOverflow(scaled)
    if overflowA || overflowB {
      return Timestamp(milliseconds: seconds < 0 ? .min : .max)
    }
    return Timestamp(milliseconds: sum)
  }

  /// Days since 1970-01-01 of this instant's day in UTC.
  package var day: Int64 { milliseconds.flooredDivision(by: 86_400_000).quotient }

  /// RFC 3339 in UTC with three decimals, e.g. `2026-11-21T09:00:00.000Z`.
  package var description: String {
    let (days, inDay) = milliseconds.flooredDivision(by: 86_400_000)
    let date = CivilDate(daysSinceEpoch: days)
    let milli = inDay % 1000
    let second = inDay / 1000
    return date.description + "T" + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2)
      + ":" + padded(second % 60, 2) + "." + padded(milli, 3) + "Z"
  }

  /// Reads an RFC 3339 date-time (section 5.6). Nil when it is not one. A leap second (`:60`) is
  /// read as the second after; digits beyond milliseconds are dropped.
  package init?(rfc3339 text: String) {
    var reader = DigitReader(text.utf8)
    guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2),
      reader.take("-"), let day = reader.digits(2), reader.take("T") || reader.take("t"),
      let date = CivilDate(year: year, month: month, day: day),
      let hour = reader.digits(2), hour < 24, reader.take(":"),
      let minute = reader.digits(2), minute < 60, reader.take(":"),
      let second = reader.digits(2), second <= 60
    else { return nil }
    var milli: Int64 = 0
    if reader.take(".") {
      guard let fraction = reader.fractionAsMilliseconds() else { return nil }
      milli = fraction
    }
    guard let offsetMinutes = reader.offset(), reader.isAtEnd else { return nil }
    let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offsetMinutes
    if second == 60 {
      // A leap second is only ever the last of a UTC month (RFC 3339, section 5.7); we accept it
      // at the end of any UTC day.
      guard minutes.flooredDivision(by: 1440).remainder == 1439 else { return nil }
    }
    self.init(milliseconds: (minutes * 60 + second) * 1000 + milli)
  }
}

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable, CustomStringConvertible {
  package let year: Int64
  package let month: Int64
  package let day: Int64

  /// Nil when there is no such day.
  package init?(year: Int64, month: Int64, day: Int64) {
    guard (0...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    let longest: Int64 =
      switch month {
      case 2: isLeap ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    guard day <= longest else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Reads `YYYY-MM-DD` (RFC 3339 `full-date`). Nil when it is not a real day.
  package init?(_ text: String) {
    var reader = DigitReader(text.utf8)
    guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2),
      reader.take("-"), let day = reader.digits(2), reader.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Whole days since 1970-01-01 (Hinnant's days_from_civil).
  package var daysSinceEpoch: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shiftedYear.flooredDivision(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The day this many days after 1970-01-01 (Hinnant's civil_from_days).
  package init(daysSinceEpoch days: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  package var description: String {
    padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
  }
}

/// Reads fixed runs of ASCII digits; never traps.
struct DigitReader {
  private var rest: Substring.UTF8View.SubSequence

  init(_ bytes: String.UTF8View) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == byte.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func digits(_ count: Int) -> Int64? {
    guard rest.count >= count else { return nil }
    var value: Int64 = 0
    for byte in rest.prefix(count) {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    rest.removeFirst(count)
    return value
  }

  mutating func fractionAsMilliseconds() -> Int64? {
    let run = rest.prefix { (0x30...0x39).contains($0) }
    guard !run.isEmpty, run.count <= 32 else { return nil }
    var value: Int64 = 0
    var scale: Int64 = 100
    for byte in run.prefix(3) {
      value += Int64(byte - 0x30) * scale
      scale /= 10
    }
    rest.removeFirst(run.count)
    return value
  }

  /// The offset in minutes east of UTC: `Z`, `z` or `±hh:mm`.
  mutating func offset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = digits(2), hours < 24, take(":"), let minutes = digits(2), minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }
}

extension Int64 {
  /// Division that rounds towards minus infinity, so that the remainder is never negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// A number in decimal, filled with zeros on the left.
private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
}
