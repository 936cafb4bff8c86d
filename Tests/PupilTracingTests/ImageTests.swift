// What an image of pupils holds, and that damaged ones are refused.

import Testing

@testable import PupilTracing

@Suite("The image of a pool")
struct ImageTests {
  @Test("No damaged byte traps: opening or asking fails, or nothing has changed")
  func corruption() throws {
    var pupils = SyntheticPupils(count: 120, seed: 31)
    let (whole, bytes) = try SyntheticPupils.pool(pupils.records)
    let query = pupils.question(about: pupils.records[5])
    let expected = try whole.trace(query)
    var refused = 0
    for _ in 0..<120 {
      var torn = bytes
      let index = Int.random(in: 0..<torn.count, using: &pupils.numbers)
      torn[index] ^= UInt8.random(in: 1...255, using: &pupils.numbers)
      do {
        let image = try PupilImage(ImageInMemory(bytes: torn))
        let answer = try PupilPool(image: image, variants: .none).trace(query)
        #expect(answer == expected)
      } catch is TraceFault {
        refused += 1
      }
    }
    #expect(refused > 60)
  }

  @Test("A torn file is refused", arguments: [0, 1, 15, 16, 47, 48, 1000])
  func torn(_ count: Int) throws {
    let pupils = SyntheticPupils(count: 50, seed: 37)
    let bytes = try SyntheticPupils.pool(pupils.records).bytes
    for torn in [Array(bytes.prefix(count)), Array(bytes.suffix(count)), Array(bytes.dropLast())] {
      #expect(throws: TraceFault.self) { try PupilImage(ImageInMemory(bytes: torn)) }
    }
  }

  @Test("An empty pool answers none")
  func empty() throws {
    let pool = try SyntheticPupils.pool([]).pool
    let answer = try pool.trace(TraceQuery(names: [PupilName(surname: "A", forename: "B")]))
    #expect(answer.outcome == .none)
    #expect(answer.candidates.isEmpty)
  }

  @Test("A record comes back as it was written")
  func records() throws {
    let pupils = SyntheticPupils(count: 200, seed: 41)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    for record in pupils.records {
      let rows = try pool.image.rows(id: Array(record.id.utf8))
      let found = try pool.image.records(rows)
      #expect(found.contains(FoldedRecord(record)))
    }
  }
}

@Suite("Lists as CSV")
struct CSVTests {
  private func rows(_ text: String, pieces: Int = 3) throws -> [[String]] {
    var parser = CSVRows()
    var rows: [[String]] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      try bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes {
        try parser.feed($0) { fields, _ in rows.append(fields) }
      }
    }
    try parser.finish { fields, _ in rows.append(fields) }
    return rows
  }

  @Test("Quotes, line ends, a byte order mark and empty fields")
  func reading() throws {
    #expect(
      try rows("\u{FEFF}id,a\r\n1,\"x, \"\"y\"\"\r\nz\"\n\n2,\n3,q") == [
        ["id", "a"], ["1", "x, \"y\"\r\nz"], ["2", ""], ["3", "q"],
      ])
  }

  @Test("Faults name the line")
  func faults() throws {
    #expect(throws: TraceFault.self) { try rows("a\n\"open") }
    let columns = try TraceColumns(heading: ["ID", "First Name", "dob"], list: "pool")
    #expect(
      throws: TraceFault(
        "pool line 7: 2 columns where the heading has 3; is a comma missing or unquoted?")
    ) { try columns.record(["1", "A"], list: "pool", line: 7) }
    #expect(throws: TraceFault.self) { try TraceColumns(heading: ["name"], list: "pool") }
    #expect(throws: TraceFault("pool line 2: the id is empty")) {
      try columns.record(["", "A", ""], list: "pool", line: 2)
    }
  }

  @Test("Columns in any order, some missing")
  func columns() throws {
    let columns = try TraceColumns(
      heading: ["postcode", "surname", "id", "shoe size", "former_surname"], list: "pool")
    #expect(columns.ignored == ["shoe size"])
    let record = try columns.record(
      ["ZZ1 1ZZ", "Garside", "7", "3", "Jessop"], list: "pool", line: 2)
    #expect(record.id == "7")
    #expect(record.names.map(\.surname) == ["Garside", "Jessop"])
    #expect(record.places == [PupilPlace(postcode: "ZZ1 1ZZ")])
  }

  @Test("Every value ever held: former names, dates and homes, each of them searched")
  func history() throws {
    let columns = try TraceColumns(
      heading: [
        "id", "surname", "forename", "dob", "postcode", "address", "former_surname", "known_as",
        "former_dob", "former_postcode", "former_address",
      ], list: "pool")
    let record = try columns.record(
      [
        "7", "Garside", "Priya", "2013-05-14", "ZZ1 1ZZ", "1 Imaginary Road", "Jessop", "Pip",
        "2013-05-15", "ZZ2 2ZZ", "2 Former Lane",
      ], list: "pool", line: 2)
    #expect(record.names.map(\.forename) == ["Priya", "Priya", "Pip"])
    #expect(record.datesOfBirth.count == 2)
    #expect(record.places.map(\.postcode) == ["ZZ1 1ZZ", "ZZ2 2ZZ"])
    let others = SyntheticPupils(count: 400, seed: 59).records
    let pool = try SyntheticPupils.pool(others + [record]).pool
    for name in record.names {
      for date in record.datesOfBirth {
        for place in record.places {
          let answer = try pool.trace(
            TraceQuery(names: [name], dateOfBirth: date, places: [place]))
          #expect(answer.offered.first?.id == "7")
          #expect(answer.outcome == .match)
        }
      }
    }
  }
}

@Suite("Strong tokens")
struct TokenTests {
  @Test("A child's records share a token; swapped names make the same one")
  func shared() throws {
    let record = PupilRecord(
      id: "1", names: [PupilName(surname: "Garside", forename: "Priya")],
      datesOfBirth: [BirthDate("2013-05-14")], places: [PupilPlace(postcode: "ZZ1 1ZZ")])
    var swapped = record
    swapped.names = [PupilName(surname: "Prya", forename: "Garsyde")]
    swapped.places = []
    let tokens = Set(TraceTokens.bytes(of: record))
    #expect(tokens.count == 5)
    #expect(!tokens.isDisjoint(with: TraceTokens.bytes(of: swapped)))
    var other = record
    other.names[0].forename = "Samuel"
    other.places = []
    #expect(tokens.isDisjoint(with: TraceTokens.bytes(of: other)))
    var hidden = record
    hidden.isPlaceHidden = true
    #expect(TraceTokens.bytes(of: hidden).count == 1)
  }
}
