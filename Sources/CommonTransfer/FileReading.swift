// The state of one reading: which part of the file an element belongs to, and what it adds up to.
// Never checks by itself: each part has its checks.
import ExchangeModel
import Validation

/// Takes what the parser hands on. A class, so that the parser may call it while it works.
final class FileReading {
  var findings: TransferFindings
  private(set) var header = TransferHeader()
  private(set) var pupils = 0
  private(set) var roll = RollCounts()
  /// The root element is none of a transfer file: nothing more is worth reading.
  private(set) var isNoTransferFile = false
  private let name: String?
  private let settings: TransferSettings
  private var headers = 0
  private var rootLine: Int?
  private var pupilsLine: Int?
  private var headerReader = HeaderReader()
  private var part = Part.unknown
  private var memory: PupilMemory

  private enum Part { case header, pupils, unknown }

  init(name: String?, settings: TransferSettings) {
    self.name = name
    self.settings = settings
    findings = TransferFindings(most: settings.issues)
    memory = PupilMemory(most: settings.remembered)
  }

  func take(_ event: XMLRecordEvent, _ pupil: (TransferPupil) -> Void) {
    if isNoTransferFile { return }
    switch event {
    case .began(let element, depth: 0): root(element)
    case .began(let element, depth: _): begin(element)
    case .record(let element): record(element, pupil)
    case .ended(depth: 1, hasText: _) where part == .header && headers == 1:
      header = headerReader.header
      HeaderChecks(settings: settings).check(header, headerReader, &findings)
    case .ended: break
    }
  }

  /// What can only be known at the end.
  func finish() {
    if headers == 0 {
      add(
        .structure, "There is no Header. Export the file again from the school's system.",
        line: rootLine)
    }
    if pupils == 0 {
      add(
        .structure, "There is no Pupil. Choose the pupils, and export the file again.",
        line: pupilsLine ?? rootLine)
    }
    if pupils > settings.manyPupils {
      findings.add(
        TransferIssue(
          .size, .warn, line: nil,
          "There are more than \(settings.manyPupils) pupils. Some systems do not take so many in "
            + "one file; export fewer at a time for those."))
    }
    if let place = header.destination?.place, place.isLostPupilPool, pupils > 1 {
      add(
        .onePupil,
        "A file for \(place.code) holds exactly one pupil. Export a file for each pupil.",
        line: header.destination?.line)
    }
    if headers > 0 { NameChecks.check(fileName: name, header, &findings) }
  }

  private func root(_ element: XMLElement) {
    rootLine = element.line
    guard element.hasName("CTfile") else {
      isNoTransferFile = true
      let what =
        element.hasName("ATfile")
        ? "This is an admissions file (ATF). Import it as one; CTF and ATF together make doubles."
        : "The root element is not CTfile: this is no common transfer file. Export one."
      return add(.structure, what, line: element.line)
    }
    if !element.namespace.isEmpty {
      findings.add(
        TransferIssue(
          .namespace, .warn, line: element.line,
          "Transfer files have no namespace. It is read without it; leave it out."))
    }
  }

  private func begin(_ element: XMLElement) {
    if element.hasName("Header") {
      headers += 1
      part = headers == 1 ? .header : .unknown
      if headers == 1 { headerReader.line = element.line }
      if pupils > 0 {
        findings.addOnce(
          "order", Self.order(element.line, "The Header stands before the pupils."))
      }
      if headers == 2 {
        add(.structure, "There is more than one Header. Send one file.", line: element.line)
      }
    } else if element.hasName("CTFpupilData") {
      part = .pupils
      pupilsLine = pupilsLine ?? element.line
    } else {
      part = .unknown
      findings.addOnce("unknown-part", Self.unknown(element.line))
    }
  }

  private func record(_ element: XMLElement, _ pupil: (TransferPupil) -> Void) {
    switch part {
    case .header: headerReader.take(element, &findings)
    case .pupils where element.hasName("Pupil"):
      pupils += 1
      var checks = PupilChecks(
        position: pupils, settings: settings, fileDay: fileDay, findings: findings)
      // The two are handed over and back, so that the checks work in place.
      findings = TransferFindings(most: 0)
      let read = checks.check(element, &memory)
      findings = checks.findings
      roll.count(checks.rollMatch)
      pupil(read)
    case .pupils: findings.addOnce("unknown-part", Self.unknown(element.line))
    case .unknown: break
    }
  }

  /// The day that ages are reckoned on: the file's, unless it is none or in the future.
  private var fileDay: CivilDate {
    guard let day = header.day, day <= settings.today else { return settings.today }
    return day
  }

  private func add(_ rule: TransferRule, _ message: String, line: Int? = nil) {
    findings.add(TransferIssue(rule, .stop, line: line, message))
  }

  /// `parent` is a name of ours, or nil.
  static func unknown(_ line: Int, pupil: Int? = nil, in parent: String? = nil) -> TransferIssue {
    TransferIssue(
      .unknown, .warn, line: line, pupil: pupil,
      "We do not know this element\(parent.map { " of \($0)" } ?? ""). It is kept and sent on as "
        + "it is, unchecked; look at its spelling. Only the first is listed.")
  }

  static func order(_ line: Int, pupil: Int? = nil, _ rule: String) -> TransferIssue {
    TransferIssue(
      .order, .warn, line: line, pupil: pupil,
      "An element stands twice or out of order. \(rule) Only the first is listed.")
  }
}

extension XMLElement {
  /// Whether the element has this name, whatever its namespace: files of any are read alike.
  func hasName(_ name: StaticString) -> Bool { isNamed(name, in: namespace) }

  func first(_ name: StaticString) -> XMLElement? { children.first { $0.hasName(name) } }

  /// The element's text without white space at its ends.
  var value: String { trimmed(text) }
}

/// A text without XML white space at its ends.
func trimmed(_ text: String) -> String {
  let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  let bytes = text.utf8
  guard let first = bytes.first, let last = bytes.last, isSpace(first) || isSpace(last) else {
    return text
  }
  let start = bytes.drop(while: isSpace)
  guard let end = start.lastIndex(where: { !isSpace($0) }) else { return "" }
  return String(decoding: start[...end], as: UTF8.self)
}
