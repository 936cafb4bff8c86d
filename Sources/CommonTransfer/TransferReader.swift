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
}

/// One reading of one file. Not for more than one task.
package final class TransferReader {
  private let settings: TransferSettings
  private let reading: FileReading
  private var parser: XMLRecordParser
  /// The first bytes, held until a byte order mark could be told.
  private var first: [UInt8]? = []
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
    guard var held = first else { return read(piece, pupil) }
    held.append(contentsOf: piece)
    first = held.count < 3 ? held : nil
    if held.count >= 3 { begin(held, pupil) }
  }

  /// There is no more: the report.
  package func finish(pupil: (TransferPupil) -> Void = { _ in }) -> TransferReport {
    if let held = first { begin(held, pupil) }
    first = nil
    if !isOver {
      guarded { () throws(MalformedDocument) in try parser.finish { reading.take($0, pupil) } }
    }
    if !isOver { reading.finish() }
    let findings = reading.findings
    return TransferReport(
      verdict: findings.verdict, pupils: reading.pupils, refusedPupils: findings.refusedPupils,
      issues: findings.issues, more: findings.more, header: reading.header, bytes: bytes)
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

  private func begin(_ held: [UInt8], _ pupil: (TransferPupil) -> Void) {
    guard held.starts(with: [0xEF, 0xBB, 0xBF]) else { return read(held, pupil) }
    reading.findings.add(
      TransferIssue(
        .byteOrderMark, .warn, line: 1,
        "The file begins with a byte order mark. It is read without it; leave it out."))
    read(Array(held.dropFirst(3)), pupil)
  }

  private func read(_ piece: [UInt8], _ pupil: (TransferPupil) -> Void) {
    guarded { () throws(MalformedDocument) in
      try parser.add(piece) { reading.take($0, pupil) }
    }
    if reading.isNoTransferFile { isOver = true }
  }

  private func guarded(_ body: () throws(MalformedDocument) -> Void) {
    do {
      try body()
    } catch {
      isOver = true
      if reading.isNoTransferFile { return }
      reading.findings.add(
        TransferIssue(.wellFormed, .stop, line: error.issue.line, error.issue.message))
    }
  }
}
