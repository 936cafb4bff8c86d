// Equality of JSON values as JSON Schema means it: numbers by value, objects without order.
// Never quadratic in the members or items of a document.

/// Compares values of two documents (or of one) by their tapes.
struct JSONEquality {
  let left: JSONView
  let right: JSONView

  func isEqual(_ one: Int, _ two: Int) -> Bool {
    let (a, b) = (left.entries[one], right.entries[two])
    guard a.kind == b.kind else { return false }
    switch a.kind {
    case .null: return true
    case .boolean: return a.end &- a.start == b.end &- b.start
    case .number:
      return ExactDecimal.compare(
        ExactDecimal(left.raw(a)), ExactDecimal(right.raw(b))) == 0
    case .string: return isEqualText(a, b)
    case .array: return a.count == b.count && isEqualArray(one, two)
    case .object: return a.count == b.count && isEqualObject(one, two)
    }
  }

  private func isEqualText(_ a: JSONTapeEntry, _ b: JSONTapeEntry) -> Bool {
    left.withText(a) { one in right.withText(b) { two in one.isEqual(two) } }
  }

  private func isEqualArray(_ one: Int, _ two: Int) -> Bool {
    var (first, second) = (one + 1, two + 1)
    for _ in 0..<left.entries[one].count {
      guard isEqual(first, second) else { return false }
      first = Int(left.entries[first].next)
      second = Int(right.entries[second].next)
    }
    return true
  }

  private func isEqualObject(_ one: Int, _ two: Int) -> Bool {
    var places: [[UInt8]: Int] = [:]
    var cursor = two + 1
    for _ in 0..<right.entries[two].count {
      places[right.withText(right.entries[cursor]) { Array($0) }] = cursor + 1
      cursor = Int(right.entries[cursor + 1].next)
    }
    cursor = one + 1
    for _ in 0..<left.entries[one].count {
      guard let place = places[left.withText(left.entries[cursor]) { Array($0) }],
        isEqual(cursor + 1, place)
      else { return false }
      cursor = Int(left.entries[cursor + 1].next)
    }
    return true
  }

  /// The tape index of the first item of an array that equals an earlier one.
  func firstRepeat(in array: Int) -> Int? {
    var byHash: [Int: [Int]] = [:]
    var cursor = array + 1
    for _ in 0..<left.entries[array].count {
      var hasher = Hasher()
      hash(cursor, into: &hasher)
      let value = hasher.finalize()
      for earlier in byHash[value] ?? [] where isEqual(earlier, cursor) { return cursor }
      byHash[value, default: []].append(cursor)
      cursor = Int(left.entries[cursor].next)
    }
    return nil
  }

  /// Equal values hash alike; members are mixed without regard to their order.
  private func hash(_ index: Int, into hasher: inout Hasher) {
    let entry = left.entries[index]
    hasher.combine(entry.kind.rawValue)
    switch entry.kind {
    case .null: break
    case .boolean: hasher.combine(entry.end &- entry.start)
    case .number: ExactDecimal(left.raw(entry)).hash(into: &hasher)
    case .string:
      left.withText(entry) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    case .array:
      hasher.combine(entry.count)
      var cursor = index + 1
      for _ in 0..<entry.count {
        hash(cursor, into: &hasher)
        cursor = Int(left.entries[cursor].next)
      }
    case .object:
      var mixed = entry.count
      var cursor = index + 1
      for _ in 0..<entry.count {
        var member = Hasher()
        left.withText(left.entries[cursor]) {
          member.combine(bytes: UnsafeRawBufferPointer($0))
        }
        hash(cursor + 1, into: &member)
        mixed = mixed &+ member.finalize()
        cursor = Int(left.entries[cursor + 1].next)
      }
      hasher.combine(mixed)
    }
  }
}
