// The salts of one group's leaves: SHA-256 of a fresh random key and a counter, which costs a
// tenth of asking the system for each. Never keeps the key: it ends with the group, so that a
// salt, once destroyed, cannot be made again.

import Crypto
import MessageLog

struct SaltSource {
  private let key: [UInt8]
  private var counter: UInt64 = 0

  /// `key` is 32 random bytes.
  init(key: [UInt8]) { self.key = key }

  mutating func next() throws -> LeafSalt {
    counter += 1
    var hasher = SHA256()
    hasher.update(data: key)
    withUnsafeBytes(of: counter.littleEndian) { hasher.update(bufferPointer: $0) }
    guard let salt = LeafSalt(Array(hasher.finalize())) else { throw LogFault.malformedEntry }
    return salt
  }
}
