// Which rows hold a name, a postcode or an address: lists on the disk by which a search looks at
// every row that could matter without looking at all rows. Never mapped, so they do not stay
// resident; a list is read whole, in one piece.

/// For each name of the vocabulary the rows that hold it in one place (as surname, …).
struct NameLists: @unchecked Sendable {
  /// Numbers of an entry: the row and its two other names.
  static let entryWords = 3

  struct Entry {
    let row: UInt32
    /// The row's other two names, in the order surname, forename, middle.
    let one: UInt32
    let other: UInt32
  }

  private let offset: Int
  private let starts: UnsafeBufferPointer<UInt32>
  private let entries: Int

  init(
    _ list: SectionList, _ lists: ImageFormat.Section, _ starts: ImageFormat.Section, names: Int
  ) throws {
    let place = try list.place(lists)
    offset = place.offset
    entries = place.count / (Self.entryWords * 4)
    self.starts = try list.array(starts, of: UInt32.self)
    let all = self.starts
    guard all.count == names + 1, all.first == 0, all.last.map({ Int($0) }) == entries,
      zip(all, all.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw SectionList.damaged }
  }

  /// How many rows hold this name.
  func count(_ number: Int) -> Int { Int(starts[number + 1] - starts[number]) }

  /// Calls for each row that holds this name, in order of rows.
  func each(
    _ number: Int, in bytes: any ImageBytes, _ body: (Entry) -> Void
  ) throws {
    let count = count(number)
    guard count > 0 else { return }
    let size = Self.entryWords * 4
    let raw = try bytes.read(offset: offset + Int(starts[number]) * size, count: count * size)
    guard raw.count == count * size else { throw SectionList.damaged }
    raw.withUnsafeBytes { raw in
      func word(_ index: Int) -> UInt32 {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      }
      for index in 0..<count {
        let at = index * Self.entryWords
        body(Entry(row: word(at), one: word(at + 1), other: word(at + 2)))
      }
    }
  }
}

/// Lists every row by its names and its place, after the rows themselves were written.
struct ListWriter {
  private static let rowsAtOnce = 1 << 14
  let store: any ImageStore
  let part: Int
  let rows: Int

  /// Calls for each row with its words, read back in pieces.
  private func eachRow(_ body: (UInt32, UnsafePointer<UInt32>) -> Void) throws {
    let piece = Self.rowsAtOnce * ImageFormat.rowBytes
    for first in stride(from: 0, to: rows, by: Self.rowsAtOnce) {
      let bytes = try store.read(part: part, offset: first * ImageFormat.rowBytes, count: piece)
      let count = min(Self.rowsAtOnce, rows - first)
      guard bytes.count == count * ImageFormat.rowBytes else {
        throw TraceFault("the parts of the image were not kept; build it again")
      }
      bytes.withUnsafeBytes { raw in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ImageFormat.rowWords) { words in
          guard let base = words.baseAddress else { return }
          for index in 0..<count {
            for word in 0..<ImageFormat.rowWords {
              words[word] = UInt32(
                littleEndian: raw.loadUnaligned(
                  fromByteOffset: index * ImageFormat.rowBytes + word * 4, as: UInt32.self))
            }
            body(UInt32(first + index), base)
          }
        }
      }
    }
  }

  /// Calls for each row that has both names, with their numbers.
  func eachPair(_ body: (_ surname: Int, _ forename: Int) -> Void) throws {
    try eachRow { _, row in
      if row[0] != 0, row[1] != 0 { body(Int(row[0]), Int(row[1])) }
    }
  }

  /// Where each name's list starts, and the lists; of the empty name there is none.
  func names(
    _ column: Int, of vocabulary: Int
  ) throws -> (starts: [UInt32], lists: [UInt32]) {
    var starts = [UInt32](repeating: 0, count: vocabulary + 1)
    try eachRow { _, row in
      if row[column] != 0 { starts[Int(row[column]) + 1] += 1 }
    }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var places = starts
    let total = Int(starts.last ?? 0) * NameLists.entryWords
    let (one, other) = column == 0 ? (1, 2) : column == 1 ? (0, 2) : (0, 1)
    var lists = [UInt32](repeating: 0, count: total)
    try lists.withUnsafeMutableBufferPointer { lists in
      try eachRow { number, row in
        let name = Int(row[column])
        guard name != 0 else { return }
        let at = Int(places[name]) * NameLists.entryWords
        lists[at] = number
        lists[at + 1] = row[one]
        lists[at + 2] = row[other]
        places[name] += 1
      }
    }
    return (starts, lists)
  }

  /// Rows with a postcode, by its digest.
  func postcodes() throws -> [UInt64] {
    try keys { $0[3] }
  }

  /// Rows with an address, by the digest that the row holds.
  func addresses() throws -> [UInt64] {
    try keys { $0[4] & 0xFFFF }
  }

  private func keys(_ key: (UnsafePointer<UInt32>) -> UInt32) throws -> [UInt64] {
    var keys: [UInt64] = []
    keys.reserveCapacity(rows)
    try eachRow { number, row in
      let key = key(row)
      if key != 0 { keys.append(UInt64(key) << 32 | UInt64(number)) }
    }
    keys.sort()
    return keys
  }
}
