// The rules that transfer files are checked by, and how grave breaking each is.
// Data and words only: the checks are in Checks/.

/// A rule's name: F for the file, P for a pupil (the reference's), D for a dialect we can read but
/// would not write (ours). docs/transfer.md lists them all.
package enum TransferRule: String, Sendable, CaseIterable {
  case size = "F01"
  case wellFormed = "F02"
  case fileName = "F03"
  case structure = "F04"
  case version = "F05"
  case places = "F06"
  case destination = "F07"
  case onePupil = "F08"
  case upn = "P01"
  case upnIssuer = "P02"
  case upnTwice = "P03"
  case dateOfBirth = "P04"
  case yearGroup = "P05"
  case nameCharacters = "P06"
  case nameCase = "P07"
  case code = "P08"
  case dates = "P09"
  case empty = "P10"
  case removalGround = "P11"
  case contactMatch = "P12"
  case pupilMatch = "P13"
  case sensitiveAddress = "P14"
  case byteOrderMark = "D01"
  case versionTag = "D02"
  case namespace = "D03"
  case order = "D04"
  case header = "D05"
  case unknown = "D06"
  case nameMissing = "D07"
  case encoding = "D08"
  case instruction = "D09"
}

/// How grave a broken rule is.
package enum TransferLevel: String, Sendable {
  /// The file is not taken.
  case stop
  /// This pupil is not taken; the others may be.
  case stopPupil = "stop pupil"
  /// Taken; somebody should know.
  case warn
  /// Taken, but a person decides what it is joined to.
  case review
  /// Taken, but not to be sent on as it is.
  case stopExport = "stop export"
  /// Left out of what is sent on.
  case strip
}

/// One broken rule, in words that hold nothing of the file.
package struct TransferIssue: Sendable, Equatable {
  package let rule: TransferRule
  package let level: TransferLevel
  /// From 1; nil where no line can be named.
  package let line: Int?
  /// The pupil's position in the file, from 1; nil for the whole file.
  package let pupil: Int?
  /// What is wrong and what to do about it.
  package let message: String

  package init(
    _ rule: TransferRule, _ level: TransferLevel, line: Int?, pupil: Int? = nil, _ message: String
  ) {
    self.rule = rule
    self.level = level
    self.line = line
    self.pupil = pupil
    self.message = message
  }
}

/// What becomes of a file.
package enum TransferVerdict: String, Sendable {
  case accept
  case acceptWithWarnings = "accept-with-warnings"
  /// Some pupils are refused; the rest of the file is taken.
  case rejectPupil = "reject-pupil"
  case reject
}
