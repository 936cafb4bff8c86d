// The SHA-256 of a file, read piece by piece.

import Crypto
import ExchangeModel
import Foundation

/// The digest by which an attachment is named.
package enum FileDigest {
  /// Lower-case hex; nil when the file cannot be read.
  package static func sha256(of path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    var hasher = SHA256()
    while let data = try? file.read(upToCount: 1 << 18), !data.isEmpty { hasher.update(data: data) }
    return Hex.text(hasher.finalize())
  }
}
