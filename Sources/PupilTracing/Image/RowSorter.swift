// Puts the waiting rows of one part in order of date of birth and lays their records in blocks.
// Dates themselves come in no order; rows of one date stand together, which is all that is needed.

struct RowSorter {
  /// For each date: packed date, first row. In order of rows.
  private(set) var days: [UInt32] = []
  /// Where each block of records begins, and where the last ends.
  private(set) var blocks: [UInt64] = [0]
  private var upns: [UInt64] = []
  private var ids: [UInt64] = []
  private var row: UInt32 = 0
  private var block: [UInt8] = []
  private var inBlock = 0
  private var written: UInt64 = 0

  init(rows: Int) {
    ids.reserveCapacity(rows)
    blocks.reserveCapacity(rows / ImageFormat.recordsPerBlock + 2)
  }

  /// Sorts a part and hands on blocks of records and rows.
  mutating func sort(
    part: Int, of store: any ImageStore, block write: ([UInt8]) throws -> Void,
    row put: ([UInt8]) throws -> Void
  ) throws {
    let bytes = try store.read(part: part, offset: 0, count: Int.max / 2)
    var items: [(date: UInt32, start: Int)] = []
    var position = 0
    let head = 4 * (ImageFormat.rowWords + 1)
    while position + head + 2 <= bytes.count {
      items.append((Self.word(bytes, position), position))
      position += head + 2 + Int(bytes[position + head]) + Int(bytes[position + head + 1]) << 8
    }
    guard position == bytes.count else {
      throw TraceFault("the parts of the image were not kept; build it again")
    }
    items.sort { $0.date != $1.date ? $0.date < $1.date : $0.start < $1.start }
    var rows: [UInt8] = []
    rows.reserveCapacity(items.count * ImageFormat.rowBytes)
    var date: UInt32?
    for item in items {
      if item.date != date {
        days += [item.date, row]
        date = item.date
      }
      let start = item.start + 4
      rows += bytes[start..<start + ImageFormat.rowBytes]
      let length = start + ImageFormat.rowBytes
      let count = Int(bytes[length]) + Int(bytes[length + 1]) << 8
      try add(bytes[length..<length + 2 + count], write)
    }
    if !rows.isEmpty { try put(rows) }
  }

  /// Adds a record with its length before it.
  private mutating func add(
    _ code: ArraySlice<UInt8>, _ write: ([UInt8]) throws -> Void
  ) throws {
    block += code
    inBlock += 1
    if let record = RecordCode.read(code.dropFirst(2)) {
      ids.append(Directory.key(Array(record.id.utf8), row))
      for upn in record.upns { upns.append(Directory.key(upn, row)) }
    }
    row += 1
    if inBlock == ImageFormat.recordsPerBlock { try close(write) }
  }

  mutating func close(_ write: ([UInt8]) throws -> Void) throws {
    guard inBlock > 0 else { return }
    var bytes = LittleEndian.bytes([ImageChecksum.of(block)])
    bytes += block
    try write(bytes)
    written += UInt64(bytes.count)
    blocks.append(written)
    block.removeAll(keepingCapacity: true)
    inBlock = 0
  }

  mutating func takeUPNs() -> [UInt64] {
    var keys: [UInt64] = []
    swap(&keys, &upns)
    keys.sort()
    return keys
  }

  mutating func takeIds() -> [UInt64] {
    var keys: [UInt64] = []
    swap(&keys, &ids)
    keys.sort()
    return keys
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
      | UInt32(bytes[at + 3]) << 24
  }
}

/// A sorted list of 32-bit digests with their rows.
enum Directory {
  static func key(_ bytes: [UInt8], _ row: UInt32) -> UInt64 {
    UInt64(ShortHash.of(bytes, seed: 6)) << 32 | UInt64(row)
  }
}

/// How often two pupils of one pool who are no kin agree in their place, from random pairs.
enum PlaceSample {
  static let pairsTried = 200_000

  /// Counts by `PlaceCell.index`.
  static func pairs(_ samples: [FoldedRecord.Place]) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: PlaceCell.count)
    guard samples.count > 1 else { return counts }
    let probes = samples.prefix(512).map { (AddressProbe($0.address), $0.postcode) }
    let each = max(1, pairsTried / probes.count)
    for (index, probe) in probes.enumerated() {
      for step in 1...min(each, samples.count - 1) {
        let other = samples[(index + step) % samples.count]
        let cell = PlaceCell(
          postcode: probe.1.level(other.postcode), address: probe.0.level(other.address))
        counts[cell.index] += 1
      }
    }
    return counts
  }
}
