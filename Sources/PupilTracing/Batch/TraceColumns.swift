// Which column of a list holds what, by its heading, in any order. Headings are compared without
// case, spaces, hyphens and underlines. Columns that are not known are left out and can be named.

/// The columns of a list of pupils or of questions.
package struct TraceColumns: Sendable {
  enum Meaning: Hashable {
    case id, upn, surname, forename, middle, date, sex, postcode, address
    case formerSurname, alias, parent, sibling, school
    case formerPostcode, formerAddress
  }

  private static let headings: [Meaning: [String]] = [
    .id: ["id", "uniqueid", "recordid", "recid", "pupilid", "queryid", "candidateid"],
    .upn: ["upn", "uniquepupilnumber", "formerupn", "socsecid", "nhsnumber"],
    .surname: ["surname", "lastname", "familyname", "legalsurname"],
    .forename: ["forename", "firstname", "givenname", "legalforename"],
    .middle: ["middle", "middlename", "middlenames"],
    .date: ["dob", "dateofbirth", "birthdate", "formerdob"],
    .sex: ["sex", "gender"],
    .postcode: ["postcode", "zip", "zipcode", "postalcode", "postcodefake"],
    .address: [
      "address", "streetnumber", "address1", "address2", "address3", "addressline1",
      "addressline2", "addressline3", "street", "town", "suburb", "city", "birthplace", "county",
    ],
    .formerSurname: ["formersurname", "previoussurname", "preferredsurname"],
    .formerPostcode: ["formerpostcode", "previouspostcode"],
    .formerAddress: ["formeraddress", "previousaddress"],
    .alias: ["alias", "knownas", "preferredforename", "formerforename"],
    .parent: ["parent", "parent1", "parent2", "parentname", "mother", "father"],
    .sibling: ["sibling", "sibling1", "sibling2", "sibling3", "brother", "sister"],
    .school: ["school", "lastschool", "laestab"],
  ]
  private static let meanings: [String: Meaning] = {
    var meanings: [String: Meaning] = [:]
    for (meaning, headings) in headings { for heading in headings { meanings[heading] = meaning } }
    return meanings
  }()

  private let columns: [Meaning: [Int]]
  private let count: Int
  /// Headings that say nothing to us.
  package let ignored: [String]

  /// Reads a heading row. Throws `TraceFault` naming what is missing.
  package init(heading: [String], list: String) throws {
    var columns: [Meaning: [Int]] = [:]
    var ignored: [String] = []
    for (index, title) in heading.enumerated() {
      let bytes = title.utf8.filter { $0 != 0x20 && $0 != 0x5F && $0 != 0x2D }
      let word = String(decoding: bytes, as: UTF8.self).lowercased()
      if let meaning = Self.meanings[word] {
        columns[meaning, default: []].append(index)
      } else {
        ignored.append(title)
      }
    }
    guard let ids = columns[.id], ids.count == 1 else {
      throw TraceFault(
        "\(list) line 1: give exactly one column headed id; columns are parted by commas")
    }
    guard columns.keys.contains(where: { [.surname, .forename, .upn].contains($0) }) else {
      throw TraceFault(
        "\(list) line 1: give a column headed surname, forename or upn; known headings are id, "
          + "upn, surname, forename, middle, dob, sex, postcode, address, former_surname, "
          + "known_as, parent, sibling, school")
    }
    self.columns = columns
    self.ignored = ignored
    count = heading.count
  }

  private func texts(_ meaning: Meaning, _ fields: [String]) -> [String] {
    (columns[meaning] ?? []).map { fields[$0] }.filter { !$0.utf8.allSatisfy { $0 == 0x20 } }
  }

  private func first(_ meaning: Meaning, _ fields: [String]) -> String {
    columns[meaning]?.first.map { fields[$0] } ?? ""
  }

  /// The id of a row. Throws `TraceFault` naming the line when the row is not of this list.
  package func id(_ fields: [String], list: String, line: Int) throws -> String {
    guard fields.count == count else {
      throw TraceFault(
        "\(list) line \(line): \(fields.count) columns where the heading has \(count); is a comma "
          + "missing or unquoted?")
    }
    let id = first(.id, fields)
    guard !id.isEmpty else { throw TraceFault("\(list) line \(line): the id is empty") }
    guard id.utf8.count <= TraceLimits.textBytes else {
      throw TraceFault(
        "\(list) line \(line): the id is longer than \(TraceLimits.textBytes) bytes")
    }
    return id
  }

  private func names(_ fields: [String]) -> [PupilName] {
    let name = PupilName(
      surname: first(.surname, fields), forename: first(.forename, fields),
      middle: first(.middle, fields))
    var names = [name]
    for surname in texts(.formerSurname, fields) {
      names.append(
        PupilName(surname: surname, forename: name.forename, middle: name.middle))
    }
    for forename in texts(.alias, fields) {
      names.append(PupilName(surname: name.surname, forename: forename, middle: name.middle))
    }
    return names
  }

  private func places(_ fields: [String]) -> [PupilPlace] {
    let place = PupilPlace(
      postcode: first(.postcode, fields),
      address: texts(.address, fields).joined(separator: " "))
    // Earlier homes: the first postcode with the first address, and so on.
    let postcodes = (columns[.formerPostcode] ?? []).map { fields[$0] }
    let addresses = (columns[.formerAddress] ?? []).map { fields[$0] }
    let former = (0..<max(postcodes.count, addresses.count)).map { index in
      PupilPlace(
        postcode: index < postcodes.count ? postcodes[index] : "",
        address: index < addresses.count ? addresses[index] : "")
    }
    return ([place] + former).filter { !$0.postcode.isEmpty || !$0.address.isEmpty }
  }

  /// `Forename Surname`, or a forename alone.
  private func people(_ meaning: Meaning, _ fields: [String]) -> [PupilName] {
    texts(meaning, fields).map { text in
      let words = text.split(separator: " ")
      guard words.count > 1, let last = words.last else {
        return PupilName(surname: "", forename: text)
      }
      return PupilName(
        surname: String(last), forename: words.dropLast().joined(separator: " "))
    }
  }

  /// A pupil of the pool.
  package func record(_ fields: [String], list: String, line: Int) throws -> PupilRecord {
    let id = try id(fields, list: list, line: line)
    return PupilRecord(
      id: id, upns: texts(.upn, fields), names: names(fields),
      datesOfBirth: texts(.date, fields).map { BirthDate($0) },
      sex: PupilSex(first(.sex, fields)), places: places(fields),
      parents: people(.parent, fields), siblings: people(.sibling, fields),
      schools: texts(.school, fields))
  }

  /// A question.
  package func query(_ fields: [String], list: String, line: Int) throws -> TraceQuery {
    _ = try id(fields, list: list, line: line)
    return TraceQuery(
      upn: first(.upn, fields), names: names(fields),
      dateOfBirth: BirthDate(first(.date, fields)), sex: PupilSex(first(.sex, fields)),
      places: places(fields), parents: people(.parent, fields),
      siblings: people(.sibling, fields), lastSchool: first(.school, fields))
  }
}
