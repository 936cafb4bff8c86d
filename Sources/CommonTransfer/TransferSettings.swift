// What the checks of a transfer file need to know besides the file. Never read from the file.
package import ExchangeModel

/// The day, the versions in use, and who receives.
package struct TransferSettings: Sendable {
  /// Today in the United Kingdom.
  package var today: CivilDate
  /// The version of the school year; the one before it is taken without a word as well.
  package var currentVersion = 25
  /// Older and newer versions that can be read, with a warning (rule F05).
  package var readableVersions = 15...29
  /// Who received the file, when that is to be checked (rule F07).
  package var receiver: TransferPlace?
  /// Who is on the receiver's roll, when pupils are to be held against it (rule P13).
  package var roll: SchoolRoll?
  /// Bytes of one file (S2S, for schools).
  package var fileBytes = 4 << 20
  /// Pupils above which some systems do not take a file in one piece (GIAP).
  package var manyPupils = 500
  /// Age in completed years on the day the file was made.
  package var ages: ClosedRange<Int64> = 2...19
  /// Issues kept; what is beyond only counts.
  package var issues = 20_000
  /// Pupils and contacts that are remembered to find them twice.
  package var remembered = 200_000

  package init(today: CivilDate) { self.today = today }

  /// The bounds of the document, for the parser.
  package var limits: Limits {
    var limits = Limits()
    limits.envelopeBytes = fileBytes
    return limits
  }
}
