// Reads a transfer file piece by piece, pupil by pupil, and checks it on the way.
// Never holds more than one pupil, and never reads anything itself: pieces are handed to it.
import ExchangeModel
import Validation

/// What a whole file came to.
package struct TransferReport: Sendable {
  package var verdict: TransferVerdict
  /// Pupils in the file, refused ones included.
  package var pupils: Int
  package var refusedPupils: Int
  package var issues: [TransferIssue]
  /// Issues beyond those listed.
  package var more: Int
  package var header: TransferHeader
  /// Bytes of the file.
  package var bytes: Int
  /// How the pupils stand to the receiver's roll, when there was one.
  package var roll: RollCounts?
}

/// One reading of one file. Not for more than one task.
package final class TransferReader {
  private let settings: TransferSettings
  private let reading: FileReading
  private var parser: XMLRecordParser
  private var text = TransferText()
  private var hasBegun = false
  private var bytes = 0
  private var isOver = false

  /// `name` is the file's name without its folder; it is only held against the header when it
  /// claims to be a transfer file's (rule F03).
  package init(name: String?, settings: TransferSettings) {
    self.settings = settings
    reading = FileReading(name: name, settings: settings)
    parser = XMLRecordParser(recordDepth: 2, limits: settings.limits)
  }

  /// The next piece. Each whole pupil in it is handed on after its checks.
  package func add(_ piece: [UInt8], pupil: (TransferPupil) -> Void = { _ in }) {
    if bytes <= settings.fileBytes, bytes + piece.count > settings.fileBytes {
      reading.findings.add(
        TransferIssue(
          .size, .stop, line: nil,
          "The file is larger than \(settings.fileBytes >> 20) MB. Export fewer pupils at a time."))
    }
    bytes += piece.count
    guard !isOver else { return }
    read(text.add(piece), pupil)
  }

  /// There is no more: the report.
  package func finish(pupil: (TransferPupil) -> Void = { _ in }) -> TransferReport {
    if !isOver { read(text.finish(), pupil) }
    if !isOver {
      guarded { () throws(MalformedDocument) in try parser.finish { reading.take($0, pupil) } }
    }
    if !isOver { reading.finish() }
    let findings = reading.findings
    return TransferReport(
      verdict: findings.verdict, pupils: reading.pupils, refusedPupils: findings.refusedPupils,
      issues: findings.issues, more: findings.more, header: reading.header, bytes: bytes,
      roll: settings.roll == nil ? nil : reading.roll)
  }

  /// Reads a whole file that is in memory.
  package static func read(
    _ bytes: [UInt8], name: String?, settings: TransferSettings,
    pupil: (TransferPupil) -> Void = { _ in }
  ) -> TransferReport {
    let reader = TransferReader(name: name, settings: settings)
    reader.add(bytes, pupil: pupil)
    return reader.finish(pupil: pupil)
  }

  private func read(_ piece: [UInt8], _ pupil: (TransferPupil) -> Void) {
    if piece.isEmpty { return }
    if !hasBegun { begin() }
    guarded { () throws(MalformedDocument) in
      try parser.add(piece) { reading.take($0, pupil) }
    }
    if reading.isNoTransferFile { isOver = true }
  }

  /// What the first bytes said about the way the file is written.
  private func begin() {
    hasBegun = true
    for oddity in text.oddities {
      let (rule, message): (TransferRule, String) =
        switch oddity {
        case .byteOrderMark:
          (
            .byteOrderMark,
            "The file begins with a byte order mark. It is read without it; leave it out."
          )
        case .otherEncoding:
          (
            .encoding,
            "The file says that it is not in UTF-8, and is read as it says. Look at letters with "
              + "accents, and export it in UTF-8."
          )
        case .instruction:
          (
            .instruction,
            "A processing instruction stands before the root element. It is left out, and nothing "
              + "is done as it says."
          )
        }
      reading.findings.add(TransferIssue(rule, .warn, line: 1, message))
    }
  }

  private func guarded(_ body: () throws(MalformedDocument) -> Void) {
    do {
      try body()
    } catch {
      isOver = true
      if reading.isNoTransferFile { return }
      reading.findings.add(
        TransferIssue(.wellFormed, .stop, line: error.issue.line, message(of: error)))
    }
  }

  /// What is wrong, with the remedy that whoever exported the file has.
  private func message(of error: MalformedDocument) -> String {
    if text.hasSpaceBeforeDeclaration {
      return "White space stands before the XML declaration. Let <?xml be the very first."
    }
    switch error.issue.rule {
    case "utf-8":
      return "These bytes are not UTF-8. Export the file in UTF-8, or have it say its encoding in "
        + "its first line."
    case "encoding":
      return "The file says that it is in an encoding that is not read. Export it in UTF-8."
    case "unfinished": return "The file ends too early. Export or copy it again, whole."
    case "empty":
      return "There is nothing in the file. Export it again, and copy it whole."
    case "not-xml":
      return "This is no XML. Give the transfer file itself, unpacked, as it was exported."
    case "doctype":
      return "\(error.issue.message) No transfer file has one; ask its sender what it is."
    case "entity":
      return "\(error.issue.message) Write the character itself, and & as &amp;."
    case "depth", "attributes", "namespaces", "nodes", "text-length", "name-length":
      return "\(error.issue.message) No transfer file needs more; ask the sender for another."
    default:
      return "\(error.issue.message) Ask the sender to export the file again."
    }
  }
}
