// A secret of the store in a file of its own beside the database: 32 random bytes, made once.
// Never written twice, and never half: what is there counts, whoever made it.

import Crypto
import ExchangeModel
import Foundation

/// Where a secret lies.
struct SecretFile {
  private static let byteCount = 32

  private let path: String

  init(_ path: String) { self.path = path }

  /// Reads the secret, or makes it when there is none.
  /// Throws: `StoreFailure.corrupt` when it is damaged, or lost and not to be made anew.
  func read(mayMake: Bool = true, _ surroundings: Surroundings) throws -> SymmetricKey {
    let name = (path as NSString).lastPathComponent
    if let data = FileManager.default.contents(atPath: path) {
      guard data.count == Self.byteCount else { throw StoreFailure.corrupt(name) }
      return SymmetricKey(data: data)
    }
    guard mayMake else { throw StoreFailure.corrupt(name) }
    try write(Data(surroundings.salt()))
    // Another process may have been quicker: its key is the one that counts.
    guard let data = FileManager.default.contents(atPath: path), data.count == Self.byteCount
    else { throw StoreFailure.unsafeSetting(name) }
    return SymmetricKey(data: data)
  }

  /// Written whole, synced, and then given its name, so that no crash leaves half a key.
  private func write(_ key: Data) throws {
    let draft = path + ".\(ProcessInfo.processInfo.processIdentifier)"
    unlink(draft)
    let descriptor = Foundation.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileFailure(operation: "open", code: errno) }
    let written = key.withUnsafeBytes { bytes in
      Foundation.write(descriptor, bytes.baseAddress, bytes.count)
    }
    let isWhole = written == key.count && fsync(descriptor) == 0
    let code = errno
    Foundation.close(descriptor)
    defer { unlink(draft) }
    guard isWhole else { throw FileFailure(operation: "write", code: code) }
    guard link(draft, path) == 0 || errno == EEXIST else {
      throw FileFailure(operation: "link", code: errno)
    }
    let folder = Foundation.open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw FileFailure(operation: "open", code: errno) }
    defer { Foundation.close(folder) }
    guard fsync(folder) == 0 else { throw FileFailure(operation: "sync", code: errno) }
  }
}
