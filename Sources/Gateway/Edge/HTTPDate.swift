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

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func two(_ number: Int64) -> String {
    (number < 10 ? "0" : "") + String(number)
  }
}
