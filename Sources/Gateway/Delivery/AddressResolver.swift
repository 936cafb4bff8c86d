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
      // As text and back: two modules claim the fields of the address, and which of them the
      // compiler takes depends on what else it compiles.
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if let address = entry.ai_addr,
        getnameinfo(
          address, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      {
        let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        if let bytes = IPAddress.bytes(of: name) { found.append(bytes) }
      }
      next = entry.ai_next
    }
    return found
  }
}
