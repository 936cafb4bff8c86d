// The checks of one pupil: its core (P01 to P05, D07), its order (D04), then all it holds.
// Never stops at the first fault, and never says what a value was.
import ExchangeModel
import Validation

/// Checks one pupil; the findings go in and come out.
struct PupilChecks {
  let position: Int
  let settings: TransferSettings
  let fileDay: CivilDate
  var findings: TransferFindings
  /// What the receiver's roll had of the pupil, when it was asked.
  private(set) var rollMatch: SchoolRoll.Match?

  mutating func check(_ element: XMLElement, _ memory: inout PupilMemory) -> TransferPupil {
    var pupil = TransferPupil(position: position, element: element)
    let children = element.children
    var core = PupilIdentity()
    var rank = 0
    for child in children {
      let name = child.localName
      if let own = PupilElements.rank(name) {
        if own < rank { order(child.line) }
        rank = max(rank, own)
        if !core.take(name, child) { repeated(name, child.line) }
      } else {
        findings.addOnce(
          "unknown-Pupil", FileReading.unknown(child.line, pupil: position, in: "Pupil"))
      }
    }
    core.fill(&pupil)
    upn(core)
    // Beside a date of birth that is refused the year group says nothing.
    if dateOfBirth(core, pupil) { yearGroup(pupil) }
    names(core)
    sex(core, pupil)
    BlockChecks.check(children, pupil, &self, &memory)
    if core.upnFindings.isWellFormed { likeness(memory.add(pupil), line: pupil.line) }
    if let roll = settings.roll { onRoll(roll.match(pupil), line: pupil.line) }
    pupil.isRefused = findings.isRefused(position)
    return pupil
  }

  mutating func add(
    _ rule: TransferRule, _ level: TransferLevel, line: Int, _ message: String
  ) {
    findings.add(TransferIssue(rule, level, line: line, pupil: position, message))
  }

  private mutating func order(_ line: Int) {
    findings.addOnce(
      "pupil-order",
      FileReading.order(
        line, pupil: position,
        "The order is UPN, names, DOB, Sex, BasicDetails and so on; it is read all the same."))
  }

  /// An element that may stand once stands again. Which one is meant of what identifies a child
  /// nobody can say.
  private mutating func repeated(_ name: String, _ line: Int) {
    switch name {
    case "UPN": add(.upn, .stopPupil, line: line, "The UPN stands twice. Leave one out.")
    case "DOB":
      add(.dateOfBirth, .stopPupil, line: line, "The date of birth stands twice. Leave one out.")
    case "Surname", "Forename":
      add(.nameMissing, .stopPupil, line: line, "A name stands twice. Leave one out.")
    case "SuppInfo": break
    default: order(line)
    }
  }

  /// P01 and P02.
  private mutating func upn(_ core: PupilIdentity) {
    let line = core.line(core.upn)
    guard core.upnFindings.isWellFormed else {
      return add(
        .upn, .stopPupil, line: line,
        core.upn?.value.isEmpty ?? true
          ? "The UPN is missing. Look it up, enter it in the school's system, and export again."
          : "The UPN's form or check letter is wrong. Correct it in the school's system, or look "
            + "it up, and export the file again.")
    }
    if !core.upnFindings.isFromIssuer {
      add(
        .upnIssuer, .warn, line: line,
        "No UPN was ever issued by the authority in this one. Check where it comes from.")
    }
    if core.upnFindings.isTemporary {
      add(
        .upnIssuer, .warn, line: line,
        "This is a temporary UPN. Ask the school before for the permanent one.")
    }
  }

  /// P04. Whether the date of birth can be.
  private mutating func dateOfBirth(_ core: PupilIdentity, _ pupil: TransferPupil) -> Bool {
    let line = core.line(core.dateOfBirth)
    guard let born = pupil.dateOfBirth else {
      add(
        .dateOfBirth, .stopPupil, line: line,
        core.dateOfBirth?.value.isEmpty ?? true
          ? "The date of birth is missing. Enter it in the school's system, and export again."
          : "The date of birth is no day of the calendar, or not written as 2014-09-30. Correct it."
      )
      return false
    }
    guard born <= settings.today else {
      add(.dateOfBirth, .stopPupil, line: line, "The date of birth is in the future. Correct it.")
      return false
    }
    guard settings.ages.contains(Ages.years(of: born, on: fileDay)) else {
      add(
        .dateOfBirth, .stopPupil, line: line,
        "By the date of birth the pupil is not aged \(settings.ages.lowerBound) to "
          + "\(settings.ages.upperBound). Correct it.")
      return false
    }
    return true
  }

  /// P06 and P07 of the legal names, and that they are there.
  private mutating func names(_ core: PupilIdentity) {
    for (element, what) in [(core.surname, "Surname"), (core.forename, "Forename")] {
      guard let element, !element.value.isEmpty else {
        add(
          .nameMissing, .stopPupil, line: core.line(element),
          "The \(what) is missing. Every pupil has one in a transfer file; enter it, and export "
            + "again.")
        continue
      }
      name(element, what)
    }
  }

  /// P06 and P07 of one name of a pupil.
  mutating func name(_ element: XMLElement, _ what: String, checksCase: Bool = true) {
    let text = element.text
    if NameText.hasControl(text) {
      add(
        .nameCharacters, .stopPupil, line: element.line,
        "The \(what) holds control or writing-direction characters. Type it again.")
    }
    guard checksCase else { return }
    if let first = text.utf8.first, first == 0x20 || first == 0x09 {
      add(
        .nameCase, .warn, line: element.line,
        "The \(what) begins with a space. It is read without it; take it out at its source.")
    }
    if NameText.isOfOneCase(text) {
      add(
        .nameCase, .warn, line: element.line,
        "The \(what) is all in capitals or all in small letters. Check how it is written.")
    }
  }

  /// P08 for the sex.
  private mutating func sex(_ core: PupilIdentity, _ pupil: TransferPupil) {
    if let one = core.sex?.value, let other = core.gender?.value,
      !one.utf8.elementsEqual(other.utf8)
    {
      add(
        .code, .warn, line: core.line(core.gender),
        "Sex and Gender disagree. Sex is read; ask the sender which is right.")
    }
    guard let sex = pupil.sex, CodeSets.sets["Sex"]?.contains(sex) == true, sex.utf8.count == 1
    else {
      return add(
        .code, .warn, line: core.line(core.sex ?? core.gender),
        core.sex == nil && core.gender == nil
          ? "There is no Sex (Gender before version 25). Every pupil has one; ask the sender."
          : "Sex is M or F. It is kept as it is; correct it at its source.")
    }
  }

  /// P05.
  private mutating func yearGroup(_ pupil: TransferPupil) {
    guard let born = pupil.dateOfBirth, let group = pupil.yearGroup,
      let year = Ages.yearNumber(group)
    else { return }
    let difference = Ages.expectedYears(of: born, on: fileDay).map { abs($0 - year) }.min()
    if let difference, difference > 1 {
      let details = pupil.element.first("BasicDetails")
      add(
        .yearGroup, .warn, line: details?.first("NCyearActual")?.line ?? pupil.line,
        "The year group (NCyearActual) and the date of birth are more than a year apart. Check "
          + "both.")
    }
  }

  /// P03, and P13 within the file.
  private mutating func likeness(_ likeness: PupilMemory.Likeness, line: Int) {
    switch likeness {
    case .none: break
    case .otherPersonSameUPN(let earlier):
      add(
        .upnTwice, .stop, line: line,
        "Pupil \(earlier) of the file has the same UPN and is another person. One of the two is "
          + "wrong; nothing of the file is taken.")
    case .samePerson(let earlier):
      add(
        .pupilMatch, .review, line: line,
        "Pupil \(earlier) of the file is the same child. A person must say which of the two is "
          + "meant.")
    case .samePersonOtherUPN(let earlier):
      add(
        .pupilMatch, .review, line: line,
        "Pupil \(earlier) of the file has another UPN and may be the same child. Ask the school "
          + "before which UPN counts; never import both.")
    }
  }

  /// P13 against the receiver's roll: only what is plain is joined without a person.
  private mutating func onRoll(_ match: SchoolRoll.Match, line: Int) {
    rollMatch = match
    guard case .conflicts(let differing) = match else { return }
    add(
      .pupilMatch, .review, line: line,
      "A child on the roll is like this one, but differs in \(differing.joined(separator: ", ")). "
        + "A person decides whether they are one child; a twin or a brother is not.")
  }
}
