// A calendar file into a checked calendar, with every fault by place. The format is in
// docs/calendars.md. Never fills in what a file leaves out: no bank holiday is built in.

package import ExchangeModel

/// Reads calendar files.
package enum CalendarReader {
  /// The calendar, or every fault found.
  package static func read(
    _ bytes: [UInt8], limits: Limits = Limits()
  ) -> Result<DayCalendar, CalendarFaults> {
    let root: JSONNode
    do {
      root = try JSONDocument.parse(bytes, limits: limits).root
    } catch {
      return .failure(CalendarFaults(issues: [error.issue]))
    }
    var reader = CalendarFileReader(root: root, longest: limits.calendarDays)
    let calendar = reader.read()
    guard reader.issues.isEmpty, let calendar else {
      let most = limits.issuesPerDocument
      return .failure(CalendarFaults(issues: Array(reader.issues.prefix(most))))
    }
    return .success(calendar)
  }
}

/// What is wrong with a calendar file; never empty.
package struct CalendarFaults: Error, Sendable {
  package let issues: [ValidationIssue]
}

private struct CalendarFileReader {
  let root: JSONNode
  let longest: Int
  var issues: [ValidationIssue] = []

  init(root: JSONNode, longest: Int) {
    self.root = root
    self.longest = longest
  }

  mutating func read() -> DayCalendar? {
    guard root.kind == .object else {
      fault("", root, "Give a JSON object.")
      return nil
    }
    let kind = root["kind"]?.string.flatMap(CalendarKey.Kind.init(rawValue:))
    guard let kind else {
      fault("/kind", root["kind"], "Say school or working.")
      return nil
    }
    let own =
      kind == .school ? ["terms", "breaks", "insetDays", "closures", "halfDays"] : ["bankHolidays"]
    let allowed = ["kind", "owner", "name", "validFrom", "validThrough"] + own
    for (name, node) in root.members where !allowed.contains(name) {
      // The name is not repeated: the line shows it.
      fault("", node, "A \(kind.rawValue) calendar has \(allowed.joined(separator: ", ")) only.")
    }
    if let name = root["name"], name.string == nil { fault("/name", name, "Give a text.") }
    let owner = owner(kind)
    guard let valid = valid() else { return nil }
    let calendar = kind == .school ? school(owner, valid) : working(owner, valid)
    return issues.isEmpty ? calendar : nil
  }

  private mutating func owner(_ kind: CalendarKey.Kind) -> CalendarOwner {
    let text = root["owner"]?.string ?? ""
    let owner = CalendarOwner(text)
    let isRight =
      owner.map { found in
        found.isAuthority || (kind == .school && PartyURN(text)?.isSchool == true)
      } ?? false
    guard let owner, isRight else {
      let school = kind == .school ? "the URN of a school (urn:gatehouse:850:4321), or " : ""
      fault("/owner", root["owner"], "Give \(school)la: and a three-digit code (la:850).")
      return .none
    }
    return owner
  }

  private mutating func valid() -> DateRange? {
    let first = day(root["validFrom"], "/validFrom")
    let last = day(root["validThrough"], "/validThrough")
    guard let first, let last else { return nil }
    guard let range = DateRange(first: first, last: last), range.count <= Int64(longest) else {
      fault(
        "/validThrough", root["validThrough"],
        "End after validFrom, and within \(longest) days of it.")
      return nil
    }
    return range
  }

  private mutating func school(_ owner: CalendarOwner, _ valid: DateRange) -> DayCalendar {
    if root["terms"] == nil { fault("/terms", root, "Give the terms; an empty list for none.") }
    let terms = ranges("terms", within: valid)
    let breaks = ranges("breaks", within: valid)
    for (index, node) in nodes("breaks") {
      guard let range = breaks[index] else { continue }
      guard !terms.values.contains(where: { $0.contains(range.first) && $0.contains(range.last) })
      else { continue }
      fault("/breaks/\(index)", node, "A break lies within one term.")
    }
    let termDays = Array(terms.values)
    func isTermDay(_ day: CivilDate) -> Bool {
      !day.isWeekend && termDays.contains { $0.contains(day) }
    }
    var inset: Set<CivilDate> = []
    for (index, node) in nodes("insetDays") {
      guard let day = day(node, "/insetDays/\(index)") else { continue }
      if !isTermDay(day) { fault("/insetDays/\(index)", node, "Give a weekday in a term.") }
      inset.insert(day)
    }
    var halves: [CivilDate: SchoolSession] = [:]
    for (index, node) in nodes("halfDays") {
      let place = "/halfDays/\(index)"
      guard hasOnly(["date", "session"], node, place), let day = day(node["date"], place + "/date")
      else { continue }
      guard let session = node["session"]?.string.flatMap(SchoolSession.init(rawValue:)) else {
        fault(place + "/session", node, "Say which session is held: am or pm.")
        continue
      }
      if !isTermDay(day) || halves[day] != nil || inset.contains(day) {
        fault(place, node, "Give a weekday in a term, once, and no INSET day.")
      }
      halves[day] = session
    }
    let closures = dated("closures", naming: "reason", within: valid)
    return .school(
      SchoolCalendar(
        owner: owner, valid: valid, terms: termDays.sorted { $0.first < $1.first },
        breaks: breaks.values.sorted { $0.first < $1.first }, insetDays: inset,
        closures: closures, halfDays: halves))
  }

  private mutating func working(_ owner: CalendarOwner, _ valid: DateRange) -> DayCalendar {
    if root["bankHolidays"] == nil {
      fault("/bankHolidays", root, "Give the bank holidays; none are built in.")
    }
    let days = dated("bankHolidays", naming: "name", within: valid)
    return .working(WorkingCalendar(owner: owner, valid: valid, bankHolidays: days))
  }

  /// Objects with `first` and `last`, by position; no two may share a day.
  private mutating func ranges(_ name: String, within valid: DateRange) -> [Int: DateRange] {
    var found: [Int: DateRange] = [:]
    for (index, node) in nodes(name) {
      let place = "/\(name)/\(index)"
      guard hasOnly(["name", "first", "last"], node, place) else { continue }
      let first = day(node["first"], place + "/first")
      let last = day(node["last"], place + "/last")
      guard let first, let last else { continue }
      guard let range = DateRange(first: first, last: last), valid.contains(first),
        valid.contains(last)
      else {
        fault(place, node, "End it after it begins, within validFrom and validThrough.")
        continue
      }
      if found.values.contains(where: { $0.first <= range.last && range.first <= $0.last }) {
        fault(place, node, "It shares a day with another of them.")
      }
      found[index] = range
    }
    return found
  }

  /// Objects with `date` and a text that says what the day is.
  private mutating func dated(
    _ list: String, naming name: String, within valid: DateRange
  ) -> Set<CivilDate> {
    var days: Set<CivilDate> = []
    for (index, node) in nodes(list) {
      let place = "/\(list)/\(index)"
      guard hasOnly(["date", name], node, place), let day = day(node["date"], place + "/date")
      else { continue }
      if !valid.contains(day) || !days.insert(day).inserted {
        fault(place + "/date", node, "Give a day within validFrom and validThrough, once.")
      }
    }
    return days
  }

  private mutating func nodes(_ name: String) -> [(Int, JSONNode)] {
    guard let list = root[name] else { return [] }
    guard list.kind == .array, list.count <= longest else {
      fault("/" + name, list, "Give a list of at most \(longest).")
      return []
    }
    return list.elements.enumerated().map { ($0.offset, $0.element) }
  }

  private mutating func hasOnly(_ names: [String], _ node: JSONNode, _ place: String) -> Bool {
    guard node.kind == .object, node.members.allSatisfy({ names.contains($0.key) }),
      node.members.allSatisfy({ $0.value.kind == .string })
    else {
      fault(place, node, "Give an object of texts: \(names.joined(separator: ", ")).")
      return false
    }
    return true
  }

  private mutating func day(_ node: JSONNode?, _ place: String) -> CivilDate? {
    guard let day = node?.string.flatMap({ CivilDate($0) }) else {
      fault(place, node, "Give a day as YYYY-MM-DD.")
      return nil
    }
    return day
  }

  private mutating func fault(_ place: String, _ node: JSONNode?, _ message: String) {
    issues.append(
      ValidationIssue(
        place: place, line: (node ?? root).line, rule: "calendar", message: message))
  }
}
