// Resolves an endpoint's name on threads of its own: the system's resolver blocks.
// Never remembers an answer: what is called is what was just resolved and checked.

import Foundation
import NIOCore
import NIOPosix

/// The system's resolver.
final class AddressResolver: Sendable {
  /// A name server that is away holds up these threads alone.
  private static let threads = 4
  /// Addresses of one name that are tried.
  private static let most = 4

  private let pool: NIOThreadPool

  init() {
    pool = NIOThreadPool(numberOfThreads: Self.threads)
    pool.start()
  }

  func close() async { try? await pool.shutdownGracefully() }

  /// The addresses of a host that the guard permits, in the system's order.
  func addresses(
    of url: EndpointURL, _ permitted: AddressGuard
  ) async throws(PushFault) -> [SocketAddress] {
    let found: [[UInt8]]
    if let literal = IPAddress.bytes(of: url.host) {
      found = [literal]
    } else {
      let host = url.host
      do {
        found = try await pool.runIfActive { Self.resolve(host) }
      } catch { throw .noAddress }
    }
    guard !found.isEmpty else { throw .noAddress }
    let allowed = found.filter(permitted.permits).prefix(Self.most)
    guard !allowed.isEmpty else { throw .addressRefused }
    return allowed.compactMap { bytes in
      try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: url.port)
    }
  }

  private static func resolve(_ host: String) -> [[UInt8]] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [[UInt8]] = []
    var next = list
    while let entry = next?.pointee, found.count < 16 {
      // Family and port come first, and in IPv6 the flow label (RFC 3493). Read by place: which C
      // module declares the fields changes with what else is imported.
      if let address = entry.ai_addr {
        let place: (start: Int, count: Int)? =
          entry.ai_family == AF_INET ? (4, 4) : entry.ai_family == AF_INET6 ? (8, 16) : nil
        if let place, Int(entry.ai_addrlen) >= place.start + place.count {
          let bytes = UnsafeRawBufferPointer(
            start: UnsafeRawPointer(address) + place.start, count: place.count)
          found.append(Array(bytes))
        }
      }
      next = entry.ai_next
    }
    return found
  }
}
