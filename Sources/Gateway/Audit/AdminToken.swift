// The token that the admin listener's audit calls ask for: whoever may read its file may ask. It is
// made at the gateway's start, in the data folder, readable by the gateway's own account alone.
// Never in a log line, a URL or an answer.

import Crypto
import ExchangeModel
import Foundation

struct AdminToken: Sendable {
  /// The file's name in the data folder.
  static let fileName = "admin.token"

  private let digest: SHA256.Digest

  /// Reads the token of a data folder, or makes one of 256 random bits.
  /// Throws when the file cannot be read or made, or is not a token.
  init(folder: String, surroundings: Surroundings) throws {
    let path = folder + "/" + Self.fileName
    if !FileManager.default.fileExists(atPath: path) {
      try WholeFile.write(
        Array((Hex.text(surroundings.salt()) + "\n").utf8), to: path, mode: 0o600)
    }
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard let token = text?.split(separator: "\n").first, token.utf8.count >= 32 else {
      throw LogKeyFile.Fault(description: "\(path): is no token; remove it and start again")
    }
    digest = SHA256.hash(data: Data(token.utf8))
  }

  /// Throws `access-token-unknown` unless the request carries the token (RFC 6750, section 2.1).
  func require(of request: HTTPRequest) throws(Refusal) {
    let given = request.headers("Authorization")
    let scheme = "Bearer "
    guard given.count == 1, let value = given.first, value.utf8.starts(with: scheme.utf8) else {
      throw Refusal(.accessTokenUnknown)
    }
    // Digests are compared, so that the time it takes says nothing of the token.
    guard SHA256.hash(data: Data(value.utf8.dropFirst(scheme.utf8.count))) == digest else {
      throw Refusal(.accessTokenUnknown)
    }
  }
}
