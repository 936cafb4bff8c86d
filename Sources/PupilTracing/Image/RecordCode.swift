// One pupil of the pool as bytes, folded and ready to be compared. Reading never trusts: a length
// that does not fit is a fault, not a trap.

/// A pupil as it is compared.
struct FoldedRecord: Equatable, Sendable {
  struct Name: Equatable, Sendable {
    var surname: NameForm
    var forename: NameForm
    var middle: NameForm
  }
  struct Place: Equatable, Sendable {
    var postcode: PostcodeForm
    var address: AddressForm
  }
  var id: String
  var upns: [[UInt8]] = []
  var names: [Name] = []
  var dates: [BirthDate] = []
  var sex: PupilSex?
  var places: [Place] = []
  var parents: [Name] = []
  var siblings: [Name] = []
  var schools: [[UInt8]] = []
  var isPlaceHidden = false

  init(id: String) { self.id = id }

  init(_ record: PupilRecord) {
    let limit = TraceLimits.entries
    id = String(decoding: record.id.utf8.prefix(TraceLimits.textBytes), as: UTF8.self)
    upns = record.upns.prefix(limit).map { UPNForm.fold($0) }.filter { !$0.isEmpty }
    names = record.names.prefix(limit).map { Name($0) }
    dates = record.datesOfBirth.prefix(limit).filter { $0.isKnown }
    sex = record.sex
    places = record.places.prefix(limit).map { Place($0) }.filter { !$0.isEmpty }
    parents = record.parents.prefix(limit).map { Name($0) }
    siblings = record.siblings.prefix(limit).map { Name($0) }
    schools = record.schools.prefix(limit).map { UPNForm.fold($0) }.filter { !$0.isEmpty }
    isPlaceHidden = record.isPlaceHidden
  }
}

extension FoldedRecord.Name {
  init(_ name: PupilName) {
    surname = NameForm(name.surname)
    forename = NameForm(name.forename)
    middle = NameForm(name.middle)
  }
}

extension FoldedRecord.Place {
  init(_ place: PupilPlace) {
    postcode = PostcodeForm(place.postcode)
    address = AddressForm(place.address)
  }

  var isEmpty: Bool { postcode.isEmpty && address.isEmpty }
}

/// Writes and reads `FoldedRecord`: counts and lengths of one byte, then the bytes.
enum RecordCode {
  static func write(_ record: FoldedRecord, to bytes: inout [UInt8]) {
    put(Array(record.id.utf8), &bytes)
    bytes.append((record.sex?.rawValue ?? 0) | (record.isPlaceHidden ? 4 : 0))
    list(record.upns, &bytes) { put($0, &$1) }
    list(record.names, &bytes, put)
    list(record.dates, &bytes) { date, bytes in
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: date.packed >> shift))
      }
    }
    list(record.places, &bytes) { place, bytes in
      put(place.postcode.bytes, &bytes)
      put(place.address.bytes, &bytes)
    }
    list(record.parents, &bytes, put)
    list(record.siblings, &bytes, put)
    list(record.schools, &bytes) { put($0, &$1) }
  }

  private static func list<T>(
    _ items: [T], _ bytes: inout [UInt8], _ body: (T, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(min(items.count, TraceLimits.entries)))
    for item in items.prefix(TraceLimits.entries) { body(item, &bytes) }
  }

  private static func put(_ name: FoldedRecord.Name, _ bytes: inout [UInt8]) {
    put(name.surname.bytes, &bytes)
    put(name.forename.bytes, &bytes)
    put(name.middle.bytes, &bytes)
  }

  private static func put(_ text: [UInt8], _ bytes: inout [UInt8]) {
    let text = text.prefix(255)
    bytes.append(UInt8(text.count))
    bytes += text
  }

  /// Reads one record; nil when the bytes are not one.
  static func read(_ bytes: ArraySlice<UInt8>) -> FoldedRecord? {
    var reader = Reader(bytes: bytes)
    guard let id = reader.text(), let flags = reader.byte() else { return nil }
    var record = FoldedRecord(id: String(decoding: id, as: UTF8.self))
    record.sex = PupilSex(rawValue: flags & 3)
    record.isPlaceHidden = flags & 4 != 0
    guard let upns = reader.list({ $0.text() }),
      let names = reader.list({ $0.name() }),
      let dates = reader.list({ $0.date() }),
      let places = reader.list({ $0.place() }),
      let parents = reader.list({ $0.name() }),
      let siblings = reader.list({ $0.name() }),
      let schools = reader.list({ $0.text() })
    else { return nil }
    record.upns = upns
    record.names = names
    record.dates = dates
    record.places = places
    record.parents = parents
    record.siblings = siblings
    record.schools = schools
    return record
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func text() -> [UInt8]? {
      guard let count = byte(), bytes.count >= Int(count) else { return nil }
      defer { bytes = bytes.dropFirst(Int(count)) }
      return Array(bytes.prefix(Int(count)))
    }

    mutating func name() -> FoldedRecord.Name? {
      guard let surname = text(), let forename = text(), let middle = text() else { return nil }
      return FoldedRecord.Name(
        surname: NameForm(folded: surname), forename: NameForm(folded: forename),
        middle: NameForm(folded: middle))
    }

    mutating func date() -> BirthDate? {
      guard bytes.count >= 4 else { return nil }
      var packed: UInt32 = 0
      for shift in [0, 8, 16, 24] as [UInt32] { packed |= UInt32(byte() ?? 0) << shift }
      return BirthDate(packed: packed)
    }

    mutating func place() -> FoldedRecord.Place? {
      guard let postcode = text(), let address = text() else { return nil }
      return FoldedRecord.Place(
        postcode: PostcodeForm(bytes: postcode), address: AddressForm(bytes: address))
    }

    mutating func list<T>(_ item: (inout Reader) -> T?) -> [T]? {
      guard let count = byte(), Int(count) <= TraceLimits.entries else { return nil }
      var items: [T] = []
      for _ in 0..<count {
        guard let next = item(&self) else { return nil }
        items.append(next)
      }
      return items
    }
  }
}
