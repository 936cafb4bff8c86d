// Whether two JSON values mean the same: numbers by value, objects without order.

extension JSONNode {
  /// True when this value and another, of any document, are equal as JSON Schema means it.
  package func isSame(as other: JSONNode) -> Bool {
    let theirs = other.storage
    return storage.tape.withUnsafeBufferPointer { entries in
      storage.bytes.withUnsafeBufferPointer { bytes in
        theirs.tape.withUnsafeBufferPointer { otherEntries in
          theirs.bytes.withUnsafeBufferPointer { otherBytes in
            JSONEquality(
              left: JSONView(entries: entries, bytes: bytes),
              right: JSONView(entries: otherEntries, bytes: otherBytes)
            ).isEqual(index, other.index)
          }
        }
      }
    }
  }
}
