// gzip members (RFC 1952) in and out, by zlib. Never makes more of them than the caller allows: a
// small body may claim to be large.

import CZlib

/// Bytes that are no gzip, or make more than is allowed.
enum GzipFault: Error, Sendable, Equatable {
  case malformed
  case tooLarge
}

/// Takes gzip members apart, piece by piece; one after another is one content.
final class Gunzip {
  private static let pieceBytes = 64 << 10

  private let stream: UnsafeMutablePointer<z_stream>
  private var isBetweenMembers = true

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard gatehouse_inflate_init(stream) == Z_OK else {
      stream.deallocate()
      throw GzipFault.malformed
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes some bytes in and hands out what they make, in pieces of at most 64 KB.
  func take(_ bytes: [UInt8], _ hand: (ArraySlice<UInt8>) throws -> Void) throws {
    var input = bytes
    var output = [UInt8](repeating: 0, count: Self.pieceBytes)
    var start = 0
    while start < input.count {
      var (code, used, made) = (Z_OK, 0, 0)
      let left = input.count - start
      input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
          stream.pointee.next_in = source.baseAddress.map { $0 + start }
          stream.pointee.avail_in = UInt32(left)
          stream.pointee.next_out = target.baseAddress
          stream.pointee.avail_out = UInt32(target.count)
          code = inflate(stream, Z_NO_FLUSH)
          used = left - Int(stream.pointee.avail_in)
          made = target.count - Int(stream.pointee.avail_out)
        }
      }
      start += used
      if made > 0 { try hand(output[..<made]) }
      switch code {
      case Z_STREAM_END:
        isBetweenMembers = true
        guard inflateReset(stream) == Z_OK else { throw GzipFault.malformed }
      case Z_OK:
        isBetweenMembers = false
        guard used > 0 || made > 0 else { throw GzipFault.malformed }
      default: throw GzipFault.malformed
      }
    }
  }

  /// Throws when the last member was cut short.
  func finish() throws {
    guard isBetweenMembers else { throw GzipFault.malformed }
  }

  /// All that some bytes make. Throws `tooLarge` beyond `limit` bytes.
  static func content(of bytes: [UInt8], limit: Int) throws -> [UInt8] {
    let gunzip = try Gunzip()
    var content: [UInt8] = []
    try gunzip.take(bytes) { piece in
      guard piece.count <= limit - content.count else { throw GzipFault.tooLarge }
      content += piece
    }
    try gunzip.finish()
    return content
  }
}

enum Gzip {
  /// One gzip member of some bytes; nil when zlib cannot.
  static func member(of bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard gatehouse_deflate_init(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))) + 32)
    let room = output.count
    let (code, made) = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        let code = deflate(&stream, Z_FINISH)
        return (code, room - Int(stream.avail_out))
      }
    }
    return code == Z_STREAM_END ? Array(output[..<made]) : nil
  }
}
