// The checks of a pupil's schools, attendance and other periods: P09, and P11 for the grounds.
// Never takes a 2006 ground for a 2024 one: the same letter means something else.
import ExchangeModel
import Validation

enum HistoryChecks {
  /// The School Attendance (Pupil Registration) (England) Regulations 2024 came into force.
  static let newRegulations = CivilDate(daysSinceEpoch: 19_954)

  static func school(_ element: XMLElement, _ checks: inout PupilChecks) {
    period(element, "EntryDate", "LeavingDate", &checks)
    guard let grounds = element.first("RemovalGrounds"), !grounds.value.isEmpty else { return }
    let value = grounds.value
    let left = element.first("LeavingDate").flatMap { CivilDate($0.value) } ?? checks.fileDay
    // Before that day the small letters of 2006 were in force; they are history, and stay so.
    if left < newRegulations ? isLetterOf2006(value) : isLetterOf2024(value) { return }
    checks.add(
      .removalGround, .stopExport, line: grounds.line,
      "This RemovalGrounds is not a capital letter of regulation 9(1) of SI 2024/208 for a pupil "
        + "who left since 19 August 2024. It is kept as historic and never read as a letter of "
        + "2024; the file is not sent on until it is corrected.")
  }

  /// A capital letter A to O: regulation 9(1) of SI 2024/208.
  static func isLetterOf2024(_ text: String) -> Bool {
    BlockChecks.isASCII(text) && CodeSets.removalGrounds.contains(text)
  }

  /// A letter a to o of regulation 8(1) of SI 2006/1751, as systems wrote it: small or capital.
  static func isLetterOf2006(_ text: String) -> Bool {
    BlockChecks.isASCII(text) && CodeSets.removalGrounds.contains(text.uppercased())
  }

  static func attendance(_ element: XMLElement, _ checks: inout PupilChecks) {
    if let year = element.first("Year"), let number = Int64(year.value),
      number > checks.fileDay.year
    {
      checks.add(
        .dates, .warn, line: year.line,
        "This attendance is of a year after the file was made. Check the Year with the sender.")
    }
    let names: [StaticString] = [
      "SessionsPossible", "SessionsAttended", "SessionsAuthorised", "SessionsUnauthorised",
    ]
    let counts = names.map { name in element.first(name).flatMap { count($0.value) } }
    guard let possible = counts[0], let attended = counts[1], let authorised = counts[2],
      let unauthorised = counts[3]
    else { return }
    if attended + authorised + unauthorised != possible {
      checks.add(
        .dates, .warn, line: element.line,
        "Sessions attended, authorised and unauthorised do not add up to those possible. Ask the "
          + "sender before the figures are used.")
    }
  }

  /// A last day before a first one.
  static func period(
    _ element: XMLElement, _ first: StaticString, _ last: StaticString,
    _ checks: inout PupilChecks
  ) {
    guard let start = element.first(first).flatMap({ CivilDate($0.value) }),
      let end = element.first(last), let endDay = CivilDate(end.value), endDay < start
    else { return }
    checks.add(
      .dates, .warn, line: end.line,
      "This \(last) is before the \(first). Both are kept; ask the sender which is right.")
  }

  private static func count(_ text: String) -> Int? {
    let bytes = text.utf8
    guard (1...6).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
