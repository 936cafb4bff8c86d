// F03: the file's name, and that it says what the header says.
// Never holds a name against the grammar that does not claim to follow it, such as `CTF.xml`.

enum NameChecks {
  static func check(
    fileName: String?, _ header: TransferHeader, _ findings: inout TransferFindings
  ) {
    guard let fileName, TransferFileName.isClaimed(by: fileName) else { return }
    guard let name = TransferFileName(fileName) else {
      return findings.add(
        TransferIssue(
          .fileName, .stop, line: nil,
          "The file's name breaks the rule: source, kind, destination and a serial of three "
            + "digits, such as 8504321_CTF_8519901_001.xml."))
    }
    if let source = header.source?.place, source != name.source {
      findings.add(
        TransferIssue(
          .fileName, .stop, line: header.source?.line,
          "The file's name and SourceSchool name different senders. Export the file again."))
    }
    if let destination = header.destination?.place, destination != name.destination {
      findings.add(
        TransferIssue(
          .fileName, .stop, line: header.destination?.line,
          "The file's name and DestSchool name different receivers. Export the file again."))
    }
  }
}
