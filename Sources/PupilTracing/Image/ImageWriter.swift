// Builds a pool's image from records in any order, with little memory: rows wait in parts by date
// of birth, and each part is then sorted by itself. Never reads a file itself.

/// Writes one image. Call `add` for each pupil, then `finish` once.
package final class ImageWriter {
  /// Parts that the store must hold: one for each group of dates, and one for the rows.
  package static let parts = dateParts + 1
  private static let dateParts = 64
  private static let flushBytes = 16 << 10
  /// Rows that one image may hold.
  package static let rowLimit = 1 << 28

  private let store: any ImageStore
  private var vocabulary: VocabularyWriter
  private var pending = [[UInt8]](repeating: [], count: parts)
  private var rows = 0
  private(set) var pupils = 0
  private var postcodes: HashedCounts
  private var addresses: HashedCounts
  private var pairs: HashedCounts
  private var samples: [FoldedRecord.Place] = []
  private var shares = PoolShares()
  private var sections: [(ImageFormat.Section, offset: Int, count: Int, checksum: UInt64)] = []
  private var offset = 0

  /// A writer for about `expected` pupils; the number only sizes tables.
  package init(to store: any ImageStore, variants: NameVariants, expected: Int) {
    self.store = store
    vocabulary = VocabularyWriter(variants: variants)
    postcodes = HashedCounts(values: expected)
    addresses = HashedCounts(values: expected)
    pairs = HashedCounts(values: expected)
  }

  /// Adds one pupil: a row for the present values, and one for each former value.
  package func add(_ record: PupilRecord) throws { try add(FoldedRecord(record)) }

  func add(_ record: FoldedRecord) throws {
    guard rows + TraceLimits.entries * 3 < Self.rowLimit else {
      throw TraceFault("a pool may hold \(Self.rowLimit) rows at most; split it")
    }
    pupils += 1
    shares.count(record)
    var code: [UInt8] = []
    code.reserveCapacity(128)
    RecordCode.write(record, to: &code)
    guard code.count <= TraceLimits.recordBytes else {
      throw TraceFault("a record is longer than \(TraceLimits.recordBytes) bytes")
    }
    count(record)
    let empty = FoldedRecord.Name(
      surname: NameForm(folded: []), forename: NameForm(folded: []),
      middle: NameForm(folded: []))
    let names = record.names.isEmpty ? [empty] : record.names
    let dates = record.dates.isEmpty ? [BirthDate.unknown] : record.dates
    let places: [FoldedRecord.Place?] =
      record.isPlaceHidden || record.places.isEmpty ? [nil] : record.places
    for (index, name) in names.enumerated() {
      try put(name, dates[0], places[0], record, code, isFirst: index == 0)
    }
    for date in dates.dropFirst() { try put(names[0], date, places[0], record, code) }
    for place in places.dropFirst() { try put(names[0], dates[0], place, record, code) }
  }

  private func count(_ record: FoldedRecord) {
    if !record.isPlaceHidden {
      for place in record.places {
        if !place.postcode.isEmpty { postcodes.add(place.postcode.key) }
        if !place.address.isEmpty { addresses.add(ShortHash.of(place.address.bytes)) }
      }
      if let place = record.places.first, !place.isEmpty {
        // Every so many, evenly over the file, however long it is.
        if samples.count < 2048 {
          samples.append(place)
        } else {
          let pick = ShortHash.mix(UInt64(pupils)) % UInt64(pupils)
          if pick < 2048 { samples[Int(pick)] = place }
        }
      }
    }
    for school in record.schools { postcodes.add(ShortHash.of(school, seed: 5)) }
  }

  private func put(
    _ name: FoldedRecord.Name, _ date: BirthDate, _ place: FoldedRecord.Place?,
    _ record: FoldedRecord, _ code: [UInt8], isFirst: Bool = false
  ) throws {
    let surname = vocabulary.number(of: name.surname)
    let forename = vocabulary.number(of: name.forename)
    let middle = vocabulary.number(of: name.middle)
    if isFirst {
      vocabulary.count(surname: surname, forename: forename, middle: middle)
      pairs.add(PairKey.of(name.surname, name.forename))
    }
    let address = UInt32(place?.address.key ?? 0)
    let sex = UInt32(record.sex?.rawValue ?? 0) << ImageFormat.sexShift
    let part = Int(ShortHash.mix(UInt64(date.packed)) % UInt64(Self.dateParts))
    LittleEndian.put(
      [date.packed, surname, forename, middle, place?.postcode.key ?? 0, address | sex],
      to: &pending[part])
    LittleEndian.put16(UInt16(code.count), to: &pending[part])
    pending[part] += code
    rows += 1
    if pending[part].count > Self.flushBytes { try flush(part) }
  }

  private func flush(_ part: Int) throws {
    try store.append(pending[part], to: part)
    pending[part].removeAll(keepingCapacity: true)
  }

  // MARK: Finishing

  /// Writes the image. Throws what the store throws.
  package func finish() throws {
    for part in 0..<Self.dateParts where !pending[part].isEmpty { try flush(part) }
    pending = [[UInt8]](repeating: [], count: Self.parts)
    var sorter = RowSorter(rows: rows)
    for part in 0..<Self.dateParts {
      try sorter.sort(part: part, of: store) { bytes in
        try store.write(bytes)
        offset += bytes.count
      } row: { bytes in
        try store.append(bytes, to: Self.dateParts)
      }
    }
    try sorter.close { bytes in
      try store.write(bytes)
      offset += bytes.count
    }
    try writeRows()
    try section(.days, LittleEndian.bytes(sorter.days))
    try section(.blocks, LittleEndian.bytes(sorter.blocks))
    try directory(sorter.takeUPNs(), .upnKeys, .upnFences)
    try directory(sorter.takeIds(), .idKeys, .idFences)
    try writeVocabulary()
    try writeLists()
    try section(.postcodes, LittleEndian.bytes(postcodes.cells))
    try section(.addresses, LittleEndian.bytes(addresses.cells))
    try section(.pairs, LittleEndian.bytes(pairs.cells))
    try section(.shares, LittleEndian.bytes(shares.finish(pupils: pupils)))
    try section(.placePairs, LittleEndian.bytes(PlaceSample.pairs(samples)))
    try writeList()
  }

  private func writeRows() throws {
    try align()
    let start = offset
    var sum: UInt64 = 0
    var position = 0
    // The whole section's checksum is of its chunks' checksums, as the reader computes it too.
    while true {
      let bytes = try store.read(
        part: Self.dateParts, offset: position, count: SectionChecksum.chunk)
      if bytes.isEmpty { break }
      sum = SectionChecksum.add(ImageChecksum.of(bytes), to: sum)
      try store.write(bytes)
      position += bytes.count
      offset += bytes.count
    }
    guard position == rows * ImageFormat.rowBytes else {
      throw TraceFault("the parts of the image were not kept; build it again")
    }
    sections.append((.rows, start, position, sum))
  }

  private func directory(
    _ keys: [UInt64], _ section: ImageFormat.Section, _ fences: ImageFormat.Section
  ) throws {
    try numbers(section, keys)
    let stride = stride(from: 0, to: keys.count, by: ImageFormat.fenceStride)
    try self.section(fences, LittleEndian.bytes(stride.map { UInt32(keys[$0] >> 32) }))
  }

  private func writeVocabulary() throws {
    let marks = vocabulary.marks
    try section(.letters, LittleEndian.bytes(marks.map(\.letters)))
    try section(.sounds, LittleEndian.bytes(marks.map(\.sound)))
    try section(.canonicals, LittleEndian.bytes(marks.map(\.canonical)))
    try section(.firstWords, LittleEndian.bytes(marks.map(\.firstWord)))
    try section(.lastWords, LittleEndian.bytes(marks.map(\.lastWord)))
    try section(.heads, LittleEndian.bytes(marks.map { $0.head << 8 | $0.length }))
    try section(.surnameCounts, LittleEndian.bytes(vocabulary.surnames))
    try section(.forenameCounts, LittleEndian.bytes(vocabulary.forenames))
    try section(.middleCounts, LittleEndian.bytes(vocabulary.middles))
    try section(.textEnds, LittleEndian.bytes(vocabulary.ends))
    try section(.texts, vocabulary.texts)
  }

  private func writeLists() throws {
    let writer = ListWriter(store: store, part: Self.dateParts, rows: rows)
    let columns: [(ImageFormat.Section, ImageFormat.Section)] = [
      (.surnameStarts, .surnameLists), (.forenameStarts, .forenameLists),
      (.middleStarts, .middleLists),
    ]
    for (column, sections) in columns.enumerated() {
      let (starts, lists) = try writer.names(column, of: vocabulary.count)
      try numbers(sections.0, starts)
      try numbers(sections.1, lists)
    }
    let kinds = try NameKinds.learn(names: vocabulary.count, rows: rows) { body in
      try writer.eachPair(body)
    }
    try numbers(.surnameKinds, kinds.surnames)
    try numbers(.forenameKinds, kinds.forenames)
    try numbers(.kinds, kinds.shares)
    try directory(writer.postcodes(), .postcodeKeys, .postcodeFences)
    try directory(writer.addresses(), .addressKeys, .addressFences)
  }

  private func section(_ section: ImageFormat.Section, _ bytes: [UInt8]) throws {
    try align()
    let sum = bytes.withUnsafeBytes { SectionChecksum.of($0) }
    sections.append((section, offset, bytes.count, sum))
    try store.write(bytes)
    offset += bytes.count
  }

  /// A long section, in pieces, so that its bytes are never in memory twice.
  private func numbers<T: FixedWidthInteger>(
    _ section: ImageFormat.Section, _ values: [T]
  ) throws {
    try align()
    let size = MemoryLayout<T>.size
    let piece = SectionChecksum.chunk / size
    var sum: UInt64 = 0
    for first in stride(from: 0, to: values.count, by: piece) {
      let bytes = LittleEndian.bytes(values[first..<min(values.count, first + piece)])
      sum = SectionChecksum.add(ImageChecksum.of(bytes), to: sum)
      try store.write(bytes)
    }
    sections.append((section, offset, values.count * size, sum))
    offset += values.count * size
  }

  private func align() throws {
    let rest = offset % ImageFormat.alignment
    guard rest > 0 else { return }
    try store.write([UInt8](repeating: 0, count: ImageFormat.alignment - rest))
    offset += ImageFormat.alignment - rest
  }

  private func writeList() throws {
    try align()
    var list = ImageFormat.magic
    LittleEndian.put([UInt64(pupils), UInt64(rows), UInt64(sections.count)], to: &list)
    for (section, offset, count, checksum) in sections {
      LittleEndian.put(
        [UInt64(section.rawValue), UInt64(offset), UInt64(count), checksum], to: &list)
    }
    let sum = ImageChecksum.of(list)
    let start = offset
    LittleEndian.put([UInt64(start), sum], to: &list)
    try store.write(list)
  }
}

/// The digest under which the frequency of a whole name is counted.
enum PairKey {
  static func of(_ surname: NameForm, _ forename: NameForm) -> UInt32 {
    ShortHash.of(surname.bytes + [0] + forename.bytes, seed: 4)
  }
}

/// The checksum of a section, in chunks, so that a long one need not be in memory at once.
enum SectionChecksum {
  static let chunk = 4 << 20

  static func add(_ part: UInt64, to sum: UInt64) -> UInt64 {
    ShortHash.mix(sum &+ 0x9E37_79B9_7F4A_7C15) ^ part
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sum: UInt64 = 0
    var position = 0
    while position < bytes.count {
      let end = min(position + chunk, bytes.count)
      sum = add(ImageChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[position..<end])), to: sum)
      position = end
    }
    return sum
  }
}

/// Numbers as bytes, least significant first.
enum LittleEndian {
  static func bytes<T: FixedWidthInteger>(_ values: some Collection<T>) -> [UInt8] {
    let size = MemoryLayout<T>.size
    return [UInt8](unsafeUninitializedCapacity: values.count * size) { bytes, count in
      for value in values {
        withUnsafeBytes(of: value.littleEndian) {
          for index in 0..<size { bytes[count + index] = $0[index] }
        }
        count += size
      }
    }
  }

  static func put<T: FixedWidthInteger>(_ values: [T], to bytes: inout [UInt8]) {
    for value in values {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  static func put16(_ value: UInt16, to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: value))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
  }
}
