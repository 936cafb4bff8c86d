// The list of an image's sections, read from its end. Never trusts an offset, a length or a
// checksum before it was compared.

struct SectionList {
  static let damaged = TraceFault("the image of the pool is damaged; build it again")
  private static let endBytes = 16
  private static let headBytes = 32
  private static let entryBytes = 32

  let pupils: Int
  let rows: Int
  private let mapped: UnsafeRawBufferPointer
  private var places: [UInt32: (offset: Int, count: Int)] = [:]

  /// The greatest number of a name that any row holds.
  private(set) var topName: UInt32 = 0

  /// Reads the list and checks every section, through reads that leave nothing resident.
  init(_ bytes: any ImageBytes) throws {
    let mapped = bytes.mapped
    self.mapped = mapped
    func number(_ offset: Int) -> UInt64 {
      UInt64(littleEndian: mapped.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    guard mapped.count >= Self.endBytes + Self.headBytes else { throw Self.damaged }
    let end = mapped.count - Self.endBytes
    guard let start = Int(exactly: number(end)), start <= end - Self.headBytes else {
      throw Self.damaged
    }
    let list = UnsafeRawBufferPointer(rebasing: mapped[start..<end])
    guard ImageChecksum.of(list) == number(end + 8),
      list.prefix(8).elementsEqual(ImageFormat.magic),
      let pupils = Int(exactly: number(start + 8)), let rows = Int(exactly: number(start + 16)),
      let count = Int(exactly: number(start + 24)),
      count <= 1000, list.count == Self.headBytes + count * Self.entryBytes,
      rows <= ImageWriter.rowLimit
    else { throw Self.damaged }
    self.pupils = pupils
    self.rows = rows
    for index in 0..<count {
      let at = start + Self.headBytes + index * Self.entryBytes
      guard let section = UInt32(exactly: number(at)), let offset = Int(exactly: number(at + 8)),
        let size = Int(exactly: number(at + 16)), offset <= start, size <= start - offset
      else { throw Self.damaged }
      let sum = try check(offset, size, in: bytes, isRows: section == Self.rowsSection)
      guard sum == number(at + 24) else { throw Self.damaged }
      places[section] = (offset, size)
    }
  }

  private static let rowsSection = ImageFormat.Section.rows.rawValue

  /// The checksum of a section; of the rows also the greatest number of a name.
  private mutating func check(
    _ offset: Int, _ size: Int, in bytes: any ImageBytes, isRows: Bool
  ) throws -> UInt64 {
    var sum: UInt64 = 0
    for start in stride(from: 0, to: size, by: SectionChecksum.chunk) {
      let piece = try bytes.read(
        offset: offset + start, count: min(SectionChecksum.chunk, size - start))
      sum = SectionChecksum.add(ImageChecksum.of(piece), to: sum)
      guard isRows else { continue }
      var column = start / 4 % ImageFormat.rowWords
      var top = topName
      piece.withUnsafeBytes { raw in
        for index in 0..<raw.count / 4 {
          if column < 3 {
            top = max(top, raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
          }
          column = column == ImageFormat.rowWords - 1 ? 0 : column + 1
        }
      }
      topName = top
    }
    return sum
  }

  /// Where a section stands. Throws when it is missing.
  func place(_ section: ImageFormat.Section) throws -> (offset: Int, count: Int) {
    guard let place = places[section.rawValue] else { throw Self.damaged }
    return place
  }

  /// A section as numbers. Throws when it is missing, misaligned or of a broken length.
  func array<T: FixedWidthInteger>(
    _ section: ImageFormat.Section, of type: T.Type
  ) throws -> UnsafeBufferPointer<T> {
    let place = try place(section)
    let size = MemoryLayout<T>.size
    guard place.count % size == 0, place.offset % ImageFormat.alignment == 0 else {
      throw Self.damaged
    }
    guard place.count > 0, let base = mapped.baseAddress else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    return UnsafeBufferPointer(
      start: (base + place.offset).assumingMemoryBound(to: type), count: place.count / size)
  }
}
