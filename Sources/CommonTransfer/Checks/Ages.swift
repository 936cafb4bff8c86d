// Ages, and the year group that a child of an age is in. England's school year begins on
// 1 September; in August a file may already speak of the next one.
import ExchangeModel

enum Ages {
  /// Completed years; negative before birth.
  static func years(of born: CivilDate, on day: CivilDate) -> Int64 {
    let hadBirthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (hadBirthday ? 0 : 1)
  }

  /// The year group as a number: R is 0, N2 is −1, N1 is −2. Nil for X, M and what is none.
  static func yearNumber(_ group: String) -> Int64? {
    switch group {
    case "R": return 0
    case "N2": return -1
    case "N1": return -2
    default:
      guard group.utf8.count <= 2, group.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return Int64(group)
    }
  }

  /// The year group numbers that fit a date of birth: one, or two in August.
  static func expectedYears(of born: CivilDate, on day: CivilDate) -> [Int64] {
    let startYear = day.month >= 9 ? day.year : day.year - 1
    let starts = day.month == 8 ? [startYear, startYear + 1] : [startYear]
    return starts.compactMap { start in
      CivilDate(year: start, month: 8, day: 31).map { years(of: born, on: $0) - 4 }
    }
  }
}
