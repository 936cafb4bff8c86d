// The checks of a header: F04 (its name), F05 (version), F06 and F07 (places), and D05.
// Never looks at a pupil.
import ExchangeModel

struct HeaderChecks {
  let settings: TransferSettings

  func check(
    _ header: TransferHeader, _ reader: HeaderReader, _ findings: inout TransferFindings
  ) {
    if header.documentName.map({ $0.utf8.elementsEqual("Common Transfer File".utf8) }) != true {
      findings.add(
        TransferIssue(
          .structure, .stop, line: reader.line(of: "DocumentName"),
          "DocumentName must be Common Transfer File. Export the file as a CTF."))
    }
    version(header, reader, &findings)
    details(header, reader, &findings)
    places(header, reader, &findings)
  }

  /// F05, and the tag's spelling.
  private func version(
    _ header: TransferHeader, _ reader: HeaderReader, _ findings: inout TransferFindings
  ) {
    let line = reader.line(of: "CTFversion")
    if reader.otherVersionTag != nil {
      findings.add(
        TransferIssue(
          .versionTag, .warn, line: line,
          "The version's tag is written CTFversion. It is read all the same; tell the supplier."))
    }
    let number = header.versionNumber ?? readNumber(header.version)
    guard let number, settings.readableVersions.contains(number) else {
      let range = settings.readableVersions
      return findings.add(
        TransferIssue(
          .version, .stop, line: line,
          "Versions \(range.lowerBound).0 to \(range.upperBound).0 can be read, this one cannot. "
            + "Export the file as \(settings.currentVersion).0."))
    }
    let expected = (settings.currentVersion - 1)...settings.currentVersion
    if header.versionNumber == nil {
      findings.add(
        TransferIssue(
          .version, .warn, line: line,
          "A version is written as \(settings.currentVersion).0; this one is read as \(number).0. "
            + "Some data may not import."))
    } else if !expected.contains(number) {
      findings.add(
        TransferIssue(
          .version, .warn, line: line,
          "This is not the current version (\(expected.upperBound).0) or the one before "
            + "(\(expected.lowerBound).0). Some data may not import; ask for "
            + "\(expected.upperBound).0 if something is missing."))
    }
  }

  /// The whole number of a version in another form, such as `25` or `25.1`.
  private func readNumber(_ version: String?) -> Int? {
    guard let version else { return nil }
    let digits = version.utf8.prefix { (0x30...0x39).contains($0) }
    guard (1...2).contains(digits.count),
      version.utf8.dropFirst(digits.count).allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) })
    else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  /// D05, and P08 for the qualifier.
  private func details(
    _ header: TransferHeader, _ reader: HeaderReader, _ findings: inout TransferFindings
  ) {
    if header.dateTime.map(isDateTime) != true {
      findings.add(
        TransferIssue(
          .header, .warn, line: reader.line(of: "DateTime"),
          "DateTime is missing or not written as 2026-11-17T09:30:00. Ages are reckoned on "
            + (header.day == nil ? "today." : "its day.")))
    }
    if let qualifier = header.qualifier {
      if !["full", "partial"].contains(where: { $0.utf8.elementsEqual(qualifier.utf8) }) {
        findings.add(
          TransferIssue(
            .code, .warn, line: reader.lines["DocumentQualifier"],
            "DocumentQualifier is full or partial. The file is read as partial."))
      }
    } else {
      findings.add(
        TransferIssue(
          .header, .warn, line: reader.line,
          "There is no DocumentQualifier. The file is read as partial: what is not in it is not "
            + "sent, and nothing is deleted by it."))
    }
    if header.source?.place == .unknown {
      findings.add(
        TransferIssue(
          .header, .warn, line: header.source?.line,
          "The source school is not stated (XXX). Check where the file comes from."))
    }
  }

  private func isDateTime(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 19, CivilDate(String(text.prefix(10))) != nil, bytes[10] == 0x54,
      bytes[13] == 0x3A, bytes[16] == 0x3A
    else { return false }
    let most: [(Int, UInt8)] = [(11, 23), (14, 59), (17, 59)]
    return most.allSatisfy { start, most in
      let digits = bytes[start..<(start + 2)]
      guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
      return digits.reduce(0) { $0 * 10 + ($1 & 0x0F) } <= most
    }
  }

  /// F06 and F07.
  private func places(
    _ header: TransferHeader, _ reader: HeaderReader, _ findings: inout TransferFindings
  ) {
    if reader.isAmbiguous {
      findings.add(
        TransferIssue(
          .places, .stop, line: header.destination?.line ?? header.source?.line ?? reader.line,
          "SourceSchool, DestSchool and what they hold may each stand once. Leave one out."))
    }
    let source = header.source?.place
    if source == nil || source == .outside {
      findings.add(
        TransferIssue(
          .places, .stop, line: header.source?.line ?? reader.line,
          "SourceSchool needs a real LEA and Estab (Estab LLLL for the authority itself), or XXX "
            + "with XXXX when it is not known."))
    }
    guard let destination = header.destination?.place else {
      return findings.add(
        TransferIssue(
          .places, .stop, line: header.destination?.line ?? reader.line,
          "DestSchool needs a real LEA and Estab (Estab LLLL for an authority), XXX with XXXX, or "
            + "MMM with MMMM."))
    }
    guard let receiver = settings.receiver, destination != receiver,
      !destination.isLostPupilPool
    else { return }
    if case .authority(let digits) = destination,
      receiver.authority?.utf8.elementsEqual(digits.utf8) == true
    {
      findings.add(
        TransferIssue(
          .destination, .warn, line: header.destination?.line,
          "The file is for the authority, not for the school. Ask which of the two is to read it."))
    } else {
      findings.add(
        TransferIssue(
          .destination, .stop, line: header.destination?.line,
          "The file is for another school or authority. Return it to its sender."))
    }
  }
}
