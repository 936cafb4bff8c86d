// The calendars that time limits are reckoned by: when a school is open, when agencies work.
// Values only. Never says anything of a day outside its range: that is a `CalendarGap`.

/// Whose calendar: a school by its URN, or a local authority as `la:850`.
package struct CalendarOwner: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Reads a party's URN or `la:` with a three-digit code. Nil for anything else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    let isAuthority =
      bytes.count == 6 && bytes.starts(with: "la:".utf8)
      && bytes.dropFirst(3).allSatisfy { (0x30...0x39).contains($0) }
    guard isAuthority || PartyURN(text) != nil else { return nil }
    self.text = text
  }

  package init(_ party: PartyURN) { text = party.text }

  /// No owner in particular: what gaps are named by where a clock needs no calendar.
  package static let none = CalendarOwner(unchecked: "la:000")

  private init(unchecked text: String) { self.text = text }

  /// The local authority of a party.
  package init(authorityOf party: PartyURN) { text = "la:" + party.localAuthority }

  package var isAuthority: Bool { text.utf8.starts(with: "la:".utf8) }

  package var description: String { text }
}

/// One calendar's name: whose, and of which days.
package struct CalendarKey: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable, CaseIterable { case school, working }

  package let kind: Kind
  package let owner: CalendarOwner

  package init(_ kind: Kind, _ owner: CalendarOwner) {
    self.kind = kind
    self.owner = owner
  }

  /// As tables keep it, e.g. `working la:850`.
  package var text: String { kind.rawValue + " " + owner.text }

  /// Reads `text`. Nil when it is not one.
  package init?(text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])),
      let owner = CalendarOwner(String(parts[1]))
    else { return nil }
    self.init(kind, owner)
  }

  package var description: String { "the \(kind.rawValue) calendar of \(owner)" }
}

/// A day that no calendar at hand covers. What depends on it is not reckoned.
package struct CalendarGap: Error, Sendable, Hashable, CustomStringConvertible {
  package let key: CalendarKey
  package let day: CivilDate

  package init(key: CalendarKey, day: CivilDate) {
    self.key = key
    self.day = day
  }

  package var description: String { "\(key) says nothing of \(day)" }
}

/// A session of a school day: each is half a day.
package enum SchoolSession: String, Sendable, Hashable, CaseIterable { case am, pm }

/// When a school, or the schools of an authority that publishes term dates, has sessions.
package struct SchoolCalendar: Sendable, Hashable {
  package let owner: CalendarOwner
  /// The days that it speaks of.
  package let valid: DateRange
  /// From the first to the last day of each term; weekends in them are no school days.
  package let terms: [DateRange]
  /// Breaks within the terms.
  package let breaks: [DateRange]
  /// Days on which staff are trained and pupils are not expected.
  package let insetDays: Set<CivilDate>
  /// Single days closed, such as a bank holiday in term.
  package let closures: Set<CivilDate>
  /// Days with one session only: that one.
  package let halfDays: [CivilDate: SchoolSession]

  package init(
    owner: CalendarOwner, valid: DateRange, terms: [DateRange], breaks: [DateRange] = [],
    insetDays: Set<CivilDate> = [], closures: Set<CivilDate> = [],
    halfDays: [CivilDate: SchoolSession] = [:]
  ) {
    self.owner = owner
    self.valid = valid
    self.terms = terms
    self.breaks = breaks
    self.insetDays = insetDays
    self.closures = closures
    self.halfDays = halfDays
  }
}

/// Which days are working days of an authority's agencies: not weekends, not bank holidays.
package struct WorkingCalendar: Sendable, Hashable {
  package let owner: CalendarOwner
  /// The days that it speaks of.
  package let valid: DateRange
  package let bankHolidays: Set<CivilDate>

  package init(owner: CalendarOwner, valid: DateRange, bankHolidays: Set<CivilDate>) {
    self.owner = owner
    self.valid = valid
    self.bankHolidays = bankHolidays
  }
}

/// A calendar of either kind.
package enum DayCalendar: Sendable, Hashable {
  case school(SchoolCalendar)
  case working(WorkingCalendar)

  package var key: CalendarKey {
    switch self {
    case .school(let calendar): CalendarKey(.school, calendar.owner)
    case .working(let calendar): CalendarKey(.working, calendar.owner)
    }
  }

  package var valid: DateRange {
    switch self {
    case .school(let calendar): calendar.valid
    case .working(let calendar): calendar.valid
    }
  }
}
