// The header of a transfer file: who sends it to whom, when, and which version it is of.
// Never decides anything: HeaderChecks does.
package import ExchangeModel

/// What the header says, as it was read; absent is nil.
package struct TransferHeader: Sendable, Equatable {
  /// A `SourceSchool` or `DestSchool`.
  package struct School: Sendable, Equatable {
    package var authority = ""
    package var establishment = ""
    package var urn: String?
    package var name: String?
    package var academicYear: String?
    package var line = 0

    package init() {}

    /// The place, when authority and establishment name one (rule F06).
    package var place: TransferPlace? {
      TransferPlace(authority: authority, establishment: establishment)
    }
  }

  package var documentName: String?
  package var version: String?
  package var dateTime: String?
  package var qualifier: String?
  package var dataQualifier: String?
  package var dataDescriptor: String?
  package var supplier: String?
  package var source: School?
  package var destination: School?
  /// Elements we do not know, as whole documents, to be written again where they stood: last.
  package var unknown: [[UInt8]] = []

  package init() {}

  /// The day the file was made; nil when its `DateTime` does not begin with a day.
  package var day: CivilDate? { dateTime.flatMap { CivilDate(String($0.prefix(10))) } }

  /// The whole number of a version `NN.0`; nil for another form.
  package var versionNumber: Int? {
    guard let bytes = version.map({ Array($0.utf8) }), bytes.count == 4,
      bytes[..<2].allSatisfy({ (0x30...0x39).contains($0) }), bytes[2...].elementsEqual(".0".utf8)
    else { return nil }
    return Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
  }
}
