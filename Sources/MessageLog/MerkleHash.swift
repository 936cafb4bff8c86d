// A SHA-256 value as a node of the message log's tree: 32 bytes held in place, without heap.
// Never secret: comparisons need not take constant time.

internal import ExchangeModel

/// One hash of the tree (RFC 6962, section 2.1).
package struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of a hash.
  package static let byteCount = 32

  // The 32 bytes in memory order; the words' numeric values mean nothing.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes 32 bytes. Nil when there are more or fewer.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    let found = bytes.withContiguousStorageIfAvailable { Self(UnsafeRawBufferPointer($0)) }
    guard let hash = found ?? Array(bytes).withUnsafeBytes({ Self($0) }) else { return nil }
    self = hash
  }

  /// Takes 32 bytes of memory. Nil when there are more or fewer.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount else { return nil }
    words = (
      bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
      bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
      bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    )
  }

  /// Reads 64 hexadecimal digits in lower case.
  package init?(hex: String) {
    guard let bytes = Hex.decode(hex.utf8) else { return nil }
    self.init(bytes)
  }

  /// Reads standard base64 with padding (RFC 4648, section 4), 44 characters.
  package init?(base64: String) {
    guard let bytes = Base64.decode(base64.utf8) else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes.
  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
  /// 64 hexadecimal digits in lower case.
  package var hex: String { String(decoding: Hex.encode(bytes), as: UTF8.self) }
  /// Standard base64 with padding.
  package var base64: String { String(decoding: Base64.encode(bytes), as: UTF8.self) }
  package var description: String { hex }

  /// Lends the 32 bytes without copying them to the heap.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try Swift.withUnsafeBytes(of: words, body)
  }

  package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}
