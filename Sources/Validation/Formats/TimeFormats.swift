// date, time, date-time (RFC 3339, section 5.6) and duration (its appendix A).
import ExchangeModel

enum TimeFormats {
  static func isDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = FormatCursor(text)
    return takeDate(&cursor) && cursor.isAtEnd
  }

  static func isTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = FormatCursor(text)
    return takeTime(&cursor) && cursor.isAtEnd
  }

  static func isDateTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = FormatCursor(text)
    guard takeDate(&cursor), cursor.take("T") || cursor.take("t") else { return false }
    return takeTime(&cursor) && cursor.isAtEnd
  }

  private static func takeDate(_ cursor: inout FormatCursor) -> Bool {
    guard let year = cursor.digits(4), cursor.take("-"), let month = cursor.digits(2),
      cursor.take("-"), let day = cursor.digits(2)
    else { return false }
    return CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)) != nil
  }

  private static func takeTime(_ cursor: inout FormatCursor) -> Bool {
    guard let hour = cursor.digits(2), hour < 24, cursor.take(":"),
      let minute = cursor.digits(2), minute < 60, cursor.take(":"),
      let second = cursor.digits(2), second <= 60
    else { return false }
    if cursor.take("."), cursor.skipDigits() == 0 { return false }
    var offset = 0
    if !cursor.take("Z"), !cursor.take("z") {
      let sign: Int
      if cursor.take("+") { sign = 1 } else if cursor.take("-") { sign = -1 } else { return false }
      guard let hours = cursor.digits(2), hours < 24, cursor.take(":"),
        let minutes = cursor.digits(2), minutes < 60
      else { return false }
      offset = sign * (hours * 60 + minutes)
    }
    // A leap second is the last second of a UTC day.
    let utc = (hour * 60 + minute - offset + 2 * 1440) % 1440
    return second < 60 || utc == 1439
  }

  /// Units must follow one another without a gap: years and days need months between them.
  static func isDuration(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = FormatCursor(text)
    guard cursor.take("P") else { return false }
    let afterP = cursor
    if cursor.skipDigits() > 0, cursor.take("W") { return cursor.isAtEnd }
    cursor = afterP
    guard let dates = takeUnits(&cursor, ["Y", "M", "D"]) else { return false }
    guard cursor.take("T") else { return dates > 0 && cursor.isAtEnd }
    guard let times = takeUnits(&cursor, ["H", "M", "S"]) else { return false }
    return times > 0 && cursor.isAtEnd
  }

  /// How many components there were; nil when one has no unit, or not the next one.
  private static func takeUnits(_ cursor: inout FormatCursor, _ units: [Unicode.Scalar]) -> Int? {
    var last: Int?
    var taken = 0
    while cursor.skipDigits() > 0 {
      guard let unit = units.firstIndex(where: { cursor.take($0) }),
        last.map({ unit == $0 + 1 }) ?? true
      else { return nil }
      last = unit
      taken += 1
    }
    return taken
  }
}
