// A pupil as values, for files that we write of ourselves: leavers and joiners from returns.
// Never holds more than such a file needs; its layout is derived, as DfE's is not public.
package import ExchangeModel
import Validation

/// What a leaver's or joiner's file says of one pupil.
package struct TransferRecord: Sendable {
  /// A place in the school history.
  package struct School: Sendable {
    package var number: SchoolNumber
    package var name: String?
    package var entry: CivilDate
    package var leaving: CivilDate?
    /// A capital letter A to O of regulation 9(1) of SI 2024/208; anything else is not written.
    package var removalGround: String?

    package init(number: SchoolNumber, name: String? = nil, entry: CivilDate) {
      self.number = number
      self.name = name
      self.entry = entry
    }
  }

  package var upn: String
  package var surname: String
  package var forename: String
  package var dateOfBirth: CivilDate
  /// `M` or `F`.
  package var sex: String
  package var yearGroup: String?
  /// Left out when the address may not leave (rule P14).
  package var addressLines: [String] = []
  package var postcode: String?
  package var schools: [School] = []

  package init(
    upn: String, surname: String, forename: String, dateOfBirth: CivilDate, sex: String
  ) {
    self.upn = upn
    self.surname = surname
    self.forename = forename
    self.dateOfBirth = dateOfBirth
    self.sex = sex
  }

  func write(to writer: inout XMLWriter, sexTag: String) {
    writer.startElement("Pupil")
    writer.element("UPN", upn)
    writer.element("Surname", surname)
    writer.element("Forename", forename)
    writer.element("DOB", "\(dateOfBirth)")
    writer.element(sexTag, sex)
    if let yearGroup {
      writer.startElement("BasicDetails")
      writer.element("NCyearActual", yearGroup)
      writer.endElement()
    }
    writeAddress(to: &writer)
    if !schools.isEmpty {
      writer.startElement("SchoolHistory")
      for school in schools { write(school, to: &writer) }
      writer.endElement()
    }
    writer.endElement()
  }

  private func writeAddress(to writer: inout XMLWriter) {
    guard !addressLines.isEmpty || postcode != nil else { return }
    writer.startElement("Address")
    if !addressLines.isEmpty {
      writer.startElement("AddressLines")
      for (index, line) in addressLines.prefix(5).enumerated() where !line.isEmpty {
        writer.element("AddressLine\(index + 1)", line)
      }
      writer.endElement()
    }
    if let postcode { writer.element("PostCode", postcode) }
    writer.endElement()
  }

  private func write(_ school: School, to writer: inout XMLWriter) {
    writer.startElement("School")
    writer.element("LEA", school.number.authority)
    writer.element("Estab", school.number.establishment)
    if let name = school.name { writer.element("SchoolName", name) }
    writer.element("EntryDate", "\(school.entry)")
    if let leaving = school.leaving {
      writer.element("LeavingDate", "\(leaving)")
      if let ground = school.removalGround, CodeSets.removalGrounds.contains(ground) {
        writer.element("RemovalGrounds", ground)
      }
    }
    writer.endElement()
  }
}
