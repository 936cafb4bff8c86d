// The civil time of the United Kingdom from UTC. Never asks a time-zone database: a due time on
// record must come out the same on every machine, whatever database that machine has or has not.

package import ExchangeModel

/// Dates and days in London. The rule is that of the Summer Time Order 2002 (SI 2002/262), in
/// force as it stands since 1996: an hour ahead of UTC from 01:00 UTC on the last Sunday in March
/// until 01:00 UTC on the last Sunday in October. Earlier years had other ends and are not used.
package enum UKTime {
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  /// True from the change in March until the one in October.
  package static func isSummerTime(at time: Timestamp) -> Bool {
    let year = utcDate(of: time).year
    guard let start = change(year: year, month: 3), let end = change(year: year, month: 10) else {
      return false
    }
    return start <= time.milliseconds && time.milliseconds < end
  }

  /// The day that it is in London.
  package static func date(of time: Timestamp) -> CivilDate {
    utcDate(of: isSummerTime(at: time) ? time.adding(seconds: 3600) : time)
  }

  /// The first instant of a day in London. Clocks never change at midnight, so there is just one.
  package static func start(of date: CivilDate) -> Timestamp {
    let midnight = Timestamp(milliseconds: date.daysSinceEpoch * day)
    // In summer the day began an hour before; whether it is summer is settled at that instant.
    let inSummer = Timestamp(milliseconds: midnight.milliseconds - hour)
    return isSummerTime(at: inSummer) ? inSummer : midnight
  }

  /// The last millisecond of a day in London: what is due on a day is in time until then.
  package static func end(of date: CivilDate) -> Timestamp {
    Timestamp(milliseconds: start(of: date.adding(days: 1)).milliseconds - 1)
  }

  /// 01:00 UTC on the last Sunday of a month that has 31 days; nil outside the years 0 to 9999.
  private static func change(year: Int64, month: Int64) -> Int64? {
    guard let last = CivilDate(year: year, month: month, day: 31) else { return nil }
    let sunday = last.adding(days: -((last.weekday + 1) % 7))
    return sunday.daysSinceEpoch * day + hour
  }

  private static func utcDate(of time: Timestamp) -> CivilDate {
    let (whole, rest) = time.milliseconds.quotientAndRemainder(dividingBy: day)
    return CivilDate(daysSinceEpoch: rest < 0 ? whole - 1 : whole)
  }
}

extension CivilDate {
  /// The day of the same number some months later, or the last of that month when it is shorter.
  package func adding(months: Int64) -> CivilDate {
    let index = year * 12 + month - 1 + months
    let (quotient, remainder) = index.quotientAndRemainder(dividingBy: 12)
    let year = remainder < 0 ? quotient - 1 : quotient
    let month = (remainder < 0 ? remainder + 12 : remainder) + 1
    for candidate in stride(from: day, through: 28, by: -1) {
      if let found = CivilDate(year: year, month: month, day: candidate) { return found }
    }
    return CivilDate(year: year, month: month, day: min(day, 28)) ?? self
  }
}
