// Finds a name given twice in one object, byte-wise, also when it is spelled with escapes.
// Never quadratic: pairs are compared only in small objects, larger ones go through a seeded hash.

struct JSONKeys {
  /// Up to this many members pairs are compared; above, and when a key has escapes, a set is made.
  private static let pairwiseLimit = 24

  let base: UnsafePointer<UInt8>
  let tape: [JSONTapeEntry]
  let object: Int

  /// The offset of the first key that repeats an earlier one of the same object.
  func firstDuplicate() -> Int? {
    tape.withUnsafeBufferPointer { entries in
      let first = object &+ 1
      let stop = Int(entries[object].next)
      if entries[object].count > Self.pairwiseLimit {
        return firstDuplicateByHash(entries, first, stop)
      }
      // A 64-bit filter of cheap fingerprints: most keys need no comparison at all.
      var filter: UInt64 = 0
      var index = first
      while index < stop {
        let key = entries[index]
        if key.isEscaped { return firstDuplicateByHash(entries, first, stop) }
        let bit: UInt64 = 1 << UInt64(fingerprint(key) & 63)
        if filter & bit != 0 {
          var other = first
          while other < index {
            if isSame(entries[other], key) { return Int(key.start) }
            other = Int(entries[other &+ 1].next)
          }
        }
        filter |= bit
        index = Int(entries[index &+ 1].next)
      }
      return nil
    }
  }

  /// Mixes the length with the first, the middle and the last byte. Keys hold their two quotes,
  /// so there are always at least two bytes.
  @inline(__always)
  private func fingerprint(_ key: JSONTapeEntry) -> UInt32 {
    let length = key.end &- key.start
    let first = UInt32(base[Int(key.start) &+ 1])
    let middle = UInt32(base[Int(key.start &+ length / 2)])
    let last = UInt32(base[Int(key.end) &- 2])
    return length &* 7 &+ first &* 31 &+ middle &* 17 &+ last &* 13
  }

  @inline(__always)
  private func isSame(_ left: JSONTapeEntry, _ right: JSONTapeEntry) -> Bool {
    let length = right.end &- right.start
    guard left.end &- left.start == length else { return false }
    let one = base + Int(left.start)
    let two = base + Int(right.start)
    for index in 0..<Int(length) where one[index] != two[index] { return false }
    return true
  }

  private func firstDuplicateByHash(
    _ entries: UnsafeBufferPointer<JSONTapeEntry>, _ first: Int, _ stop: Int
  ) -> Int? {
    var seen = Set<[UInt8]>(minimumCapacity: entries[object].count)
    var index = first
    while index < stop {
      let key = entries[index]
      let content = UnsafeBufferPointer(
        start: base + Int(key.start) + 1, count: Int(key.end - key.start) - 2)
      let name = key.isEscaped ? JSONEscapes.decoded(content) : Array(content)
      if !seen.insert(name).inserted { return Int(key.start) }
      index = Int(entries[index &+ 1].next)
    }
    return nil
  }
}
