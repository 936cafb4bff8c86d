// A pool's image, opened: checked once from end to end, then read without further doubt.
// Never traps on bad bytes: each section's place, length, checksum and numbers are looked at
// first. Only the sections that a scan touches are looked at; a record's block has its own
// checksum and is checked when it is read.

/// The image of a pool. Cheap to copy; safe to share.
package struct PupilImage: @unchecked Sendable {
  let bytes: any ImageBytes
  /// Pupils, and rows (a pupil has one for each former value besides).
  package let pupils: Int
  let rowCount: Int
  let rows: UnsafePointer<UInt32>
  /// Dates in the order of the rows, with their first rows; one more row at the end.
  let dates: [BirthDate]
  /// The digits of each date.
  let dateDigits: [UInt32]
  let firstRows: [UInt32]
  let vocabulary: Vocabulary
  let figures: PoolFigures
  private let blocks: UnsafeBufferPointer<UInt64>
  private let upns: KeyDirectory
  private let ids: KeyDirectory
  /// Rows by name: as surname, as forename, as middle name.
  let lists: [NameLists]
  let postcodes: KeyDirectory
  let addresses: KeyDirectory

  /// Opens an image. Throws `TraceFault` when it is none, is torn, or has been altered.
  package init(_ bytes: any ImageBytes) throws {
    self.bytes = bytes
    let list = try SectionList(bytes)
    pupils = list.pupils
    rowCount = list.rows
    let words = try list.array(.rows, of: UInt32.self)
    guard words.count == rowCount * ImageFormat.rowWords, rowCount < ImageWriter.rowLimit,
      pupils <= rowCount, let base = words.baseAddress ?? UnsafePointer(bitPattern: 64)
    else { throw SectionList.damaged }
    rows = base
    vocabulary = try Vocabulary(list)
    guard list.topName < UInt32(vocabulary.count) else { throw SectionList.damaged }
    let days = try list.array(.days, of: UInt32.self)
    dates = stride(from: 0, to: days.count - 1, by: 2).map { BirthDate(packed: days[$0]) }
    dateDigits = dates.map(\.digits)
    var firsts = stride(from: 1, to: days.count, by: 2).map { days[$0] }
    firsts.append(UInt32(rowCount))
    guard days.count % 2 == 0, firsts.first == 0,
      zip(firsts, firsts.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw SectionList.damaged }
    firstRows = firsts
    blocks = try list.array(.blocks, of: UInt64.self)
    let perBlock = ImageFormat.recordsPerBlock
    guard blocks.count == (rowCount + perBlock - 1) / perBlock + 1 else {
      throw SectionList.damaged
    }
    upns = try KeyDirectory(list, .upnKeys, .upnFences)
    ids = try KeyDirectory(list, .idKeys, .idFences)
    let names = vocabulary.count
    lists = [
      try NameLists(list, .surnameLists, .surnameStarts, names: names),
      try NameLists(list, .forenameLists, .forenameStarts, names: names),
      try NameLists(list, .middleLists, .middleStarts, names: names),
    ]
    postcodes = try KeyDirectory(list, .postcodeKeys, .postcodeFences)
    addresses = try KeyDirectory(list, .addressKeys, .addressFences)
    figures = try PoolFigures(list, dates: dates, firstRows: firsts)
  }

  /// The records of rows, in the order asked for. Throws when a block is damaged.
  func records(_ wanted: [UInt32]) throws -> [FoldedRecord] {
    let perBlock = ImageFormat.recordsPerBlock
    var found = [FoldedRecord?](repeating: nil, count: wanted.count)
    let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
    var loaded = -1
    var block: [UInt8] = []
    for index in order {
      let row = Int(wanted[index])
      if row / perBlock != loaded {
        loaded = row / perBlock
        block = try self.block(loaded)
      }
      found[index] = try record(row % perBlock, in: block)
    }
    return found.compactMap { $0 }
  }

  private func block(_ number: Int) throws -> [UInt8] {
    guard number >= 0, number + 1 < blocks.count else { throw SectionList.damaged }
    let (start, end) = (blocks[number], blocks[number + 1])
    let most = UInt64(ImageFormat.recordsPerBlock * (TraceLimits.recordBytes + 2) + 8)
    guard end > start, end - start >= 8, end - start <= most, end <= UInt64(bytes.mapped.count)
    else { throw SectionList.damaged }
    let raw = try bytes.read(offset: Int(start), count: Int(end - start))
    guard raw.count == Int(end - start) else { throw SectionList.damaged }
    let isSound = raw.withUnsafeBytes { all in
      ImageChecksum.of(UnsafeRawBufferPointer(rebasing: all[8...]))
        == UInt64(littleEndian: all.loadUnaligned(as: UInt64.self))
    }
    guard isSound else { throw SectionList.damaged }
    return raw
  }

  private func record(_ index: Int, in block: [UInt8]) throws -> FoldedRecord {
    var position = 8
    for step in 0...index {
      guard position + 2 <= block.count else { throw SectionList.damaged }
      let count = Int(block[position]) + Int(block[position + 1]) << 8
      position += 2
      guard position + count <= block.count else { throw SectionList.damaged }
      if step == index, let record = RecordCode.read(block[position..<position + count]) {
        return record
      }
      position += count
    }
    throw SectionList.damaged
  }

  /// The date (its place in `dates`) of a row below `rowCount`.
  func date(ofRow row: UInt32) -> Int {
    // The last date whose first row is not beyond the row; dates without rows are passed over.
    var (low, high) = (0, dates.count)
    while low + 1 < high {
      let middle = (low + high) / 2
      if firstRows[middle] <= row { low = middle } else { high = middle }
    }
    return low
  }

  /// Rows whose record may hold this UPN.
  func rows(upn: [UInt8]) throws -> [UInt32] {
    try upns.rows(ShortHash.of(upn, seed: 6), in: bytes, rowCount)
  }

  /// Rows whose record may have this id.
  func rows(id: [UInt8]) throws -> [UInt32] {
    try ids.rows(ShortHash.of(id, seed: 6), in: bytes, rowCount)
  }
}

/// A sorted list of digests on the disk, with fences in memory.
struct KeyDirectory: @unchecked Sendable {
  private static let rowsLimit = 256
  private static let stretchesAtOnce = 64
  private let offset: Int
  private let count: Int
  private let fences: UnsafeBufferPointer<UInt32>

  init(
    _ list: SectionList, _ keys: ImageFormat.Section, _ fences: ImageFormat.Section
  ) throws {
    let place = try list.place(keys)
    offset = place.offset
    count = place.count / 8
    self.fences = try list.array(fences, of: UInt32.self)
    let stride = ImageFormat.fenceStride
    guard self.fences.count == (count + stride - 1) / stride else { throw SectionList.damaged }
  }

  /// Rows of a digest, so many at most. One read for nearly every digest.
  func rows(_ hash: UInt32, in bytes: any ImageBytes, _ rowCount: Int) throws -> [UInt32] {
    var rows: [UInt32] = []
    try each(from: hash, through: hash, in: bytes) { row in
      if Int(row) < rowCount, rows.count < Self.rowsLimit { rows.append(row) }
    }
    return rows
  }

  /// How many rows have a digest from `first` through `last`, to the next few hundred.
  func count(from first: UInt32, through last: UInt32) -> Int {
    let (low, high) = stretches(from: first, through: last)
    return (high - low) * ImageFormat.fenceStride
  }

  /// The stretches between fences in which such digests may stand.
  private func stretches(from first: UInt32, through last: UInt32) -> (Int, Int) {
    /// The first fence for which it holds.
    func fence(_ isBeyond: (UInt32) -> Bool) -> Int {
      var (low, high) = (0, fences.count)
      while low < high {
        let middle = (low + high) / 2
        if isBeyond(fences[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let low = max(0, fence { $0 >= first } - 1)
    return (low, max(low, fence { $0 > last }))
  }

  /// Calls for each row with a digest from `first` through `last`.
  func each(
    from first: UInt32, through last: UInt32, in bytes: any ImageBytes, _ body: (UInt32) -> Void
  ) throws {
    guard count > 0 else { return }
    let (low, high) = stretches(from: first, through: last)
    for start in stride(from: low, to: high, by: Self.stretchesAtOnce) {
      let from = start * ImageFormat.fenceStride
      let end = min(high, start + Self.stretchesAtOnce) * ImageFormat.fenceStride
      let size = min(end, count) - from
      let raw = try bytes.read(offset: offset + from * 8, count: size * 8)
      raw.withUnsafeBytes { raw in
        for index in 0..<raw.count / 8 {
          let key = UInt64(
            littleEndian: raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
          let hash = UInt32(key >> 32)
          if hash >= first, hash <= last { body(UInt32(truncatingIfNeeded: key)) }
        }
      }
    }
  }
}
