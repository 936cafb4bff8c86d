// The name of a note key, such as `gatehouse.example/log`. Compared byte for byte.

/// A key's name: not empty, no spaces, no `+`, no control characters (C2SP signed-note).
package struct KeyName: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of the longest name (the witness protocol's limit for an origin).
  package static let maximumBytes = 255

  // Bytes rather than a String, whose `==` treats canonically equivalent texts as one.
  let bytes: [UInt8]

  /// Nil when the text is not a name.
  package init?(_ text: String) {
    let isClean = text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F && $0 != "+" && !$0.properties.isWhitespace
    }
    guard isClean, (1...Self.maximumBytes).contains(text.utf8.count) else { return nil }
    bytes = Array(text.utf8)
  }

  init?(_ bytes: some Sequence<UInt8>) {
    guard let text = String(validating: Array(bytes), as: UTF8.self) else { return nil }
    self.init(text)
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
