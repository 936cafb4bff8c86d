// The Date field's value (RFC 9110, section 5.6.7). Pure: the instant is passed in.

import ExchangeModel

enum HTTPDate {
  /// An IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func text(_ time: Timestamp) -> String {
    let seconds = time.milliseconds / 1000
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let inDay = seconds - days * 86_400
    let date = CivilDate(daysSinceEpoch: days)
    // 1970-01-01 was a Thursday.
    let weekday = Int(((days % 7) + 11) % 7)
    return weekdays[weekday] + ", " + two(date.day) + " " + months[Int(date.month) - 1] + " "
      + String(date.year) + " " + two(inDay / 3600) + ":" + two(inDay / 60 % 60) + ":"
      + two(inDay % 60) + " GMT"
  }

  /// Reads an IMF-fixdate; nil for anything else, the obsolete forms among it.
  static func parse(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
      let day = Int64(parts[1]), let month = months.firstIndex(of: String(parts[2])),
      let year = Int64(parts[3]),
      let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]),
      (0...60).contains(clock[2]), (1900...9999).contains(year)
    else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    return Timestamp(milliseconds: seconds * 1000)
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func two(_ number: Int64) -> String {
    (number < 10 ? "0" : "") + String(number)
  }
}
