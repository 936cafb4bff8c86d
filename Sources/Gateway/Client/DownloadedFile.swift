// Writing what streams in: to a part beside the file, checked against its digest, then renamed.
// Never leaves a file of that name which is not whole.

import AsyncHTTPClient
import Crypto
import ExchangeModel
import Foundation
import NIOCore

enum DownloadedFile {
  /// Throws `WholeFile.Fault` when the disk fails, `ClientFault` when it is not that content.
  static func write(
    _ body: HTTPClientResponse.Body, to path: String, sha256: String, limit: Int
  ) async throws {
    guard let (file, part) = WholeFile.openPart(of: path, mode: 0o660) else {
      throw WholeFile.Fault(description: "an attachment cannot be written")
    }
    do {
      var hasher = SHA256()
      var size = 0
      for try await piece in body {
        size += piece.readableBytes
        guard size <= limit else {
          throw ClientFault.unreachable("an attachment is longer than it may be")
        }
        let data = Data(piece.readableBytesView)
        hasher.update(data: data)
        try file.write(contentsOf: data)
      }
      guard Hex.text(hasher.finalize()) == sha256 else {
        throw ClientFault.unreachable("an attachment is not what its digest says")
      }
      try WholeFile.publish(file, part: part, as: path)
    } catch {
      unlink(part)
      throw error
    }
  }
}
