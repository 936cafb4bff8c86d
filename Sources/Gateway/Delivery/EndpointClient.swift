// Calls one endpoint: checked address, TLS with the gateway's certificate, the peer's key or
// authority as registered, one request at a time on each connection.
// Never retries by itself but on a connection that had gone stale before a byte was sent.

import ExchangeModel
import NIOCore
import NIOPosix
import NIOSSL
import Storage
import Synchronization

/// Whom an endpoint's certificate must come from.
enum EndpointTrust: Sendable, Equatable {
  /// Whoever holds a pinned key.
  case pinned
  /// An authority of these, in PEM.
  case authorities(String)
  /// One of the system's authorities.
  case system
}

/// The gateway's own certificate and key, shown to endpoints.
struct PushIdentity: Sendable {
  let chain: [NIOSSLCertificate]
  let key: NIOSSLPrivateKey

  /// Reads them. Throws what NIOSSL throws.
  init(certificateFile: String, keyFile: String) throws {
    chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
    key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
  }
}

final class EndpointClient: Sendable {
  private let url: EndpointURL
  private let pins: [String]
  private let isPinOnly: Bool
  private let context: NIOSSLContext
  private let permitted: AddressGuard
  private let resolver: AddressResolver
  private let idle = Mutex<[EndpointConnection]>([])

  /// Throws `PushFault.unusable` when the URL or the authorities cannot be used.
  init(
    url: String, pins: [String], trust: EndpointTrust, identity: PushIdentity?,
    permitted: AddressGuard, resolver: AddressResolver
  ) throws(PushFault) {
    guard let url = EndpointURL(url) else { throw .unusable }
    self.url = url
    self.pins = pins
    self.permitted = permitted
    self.resolver = resolver
    isPinOnly = trust == .pinned
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let identity {
      tls.certificateChain = identity.chain.map { .certificate($0) }
      tls.privateKey = .privateKey(identity.key)
    }
    do {
      switch trust {
      case .pinned: tls.certificateVerification = .noHostnameVerification
      case .authorities(let pem):
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))
      case .system: break
      }
      context = try NIOSSLContext(configuration: tls)
    } catch { throw .unusable }
    guard trust != .pinned || !pins.isEmpty else { throw .unusable }
  }

  /// Posts a body, and gives the answer, by a deadline for all of it.
  func post(
    _ fields: [(String, String)], body: [UInt8], within patience: TimeAmount
  ) async throws(PushFault) -> PushAnswer {
    let deadline = NIODeadline.now() + patience
    let request = PushRequest(
      target: url.target,
      fields: [("Host", url.authority), ("User-Agent", "Gatehouse")] + fields, body: body)
    if let connection = takeIdle() {
      do {
        return try await post(request, on: connection, by: deadline)
      } catch .brokenOff where NIODeadline.now() < deadline {
        // The peer may have closed it while it was idle: once more, on a new one. The id of the
        // message is the same, so at worst it is handed over twice.
      }
    }
    let addresses = try await resolver.addresses(of: url, permitted)
    var fault = PushFault.connectionRefused
    for address in addresses {
      let connection: EndpointConnection
      do {
        connection = try await connect(address, by: deadline)
      } catch {
        fault = error
        continue
      }
      return try await post(request, on: connection, by: deadline)
    }
    throw fault
  }

  /// Closes what is idle.
  func close() {
    for connection in idle.withLock({ connections in
      defer { connections = [] }
      return connections
    }) { connection.close() }
  }

  private func takeIdle() -> EndpointConnection? {
    idle.withLock { connections in
      while let connection = connections.popLast() {
        if connection.isOpen { return connection }
      }
      return nil
    }
  }

  private func post(
    _ request: PushRequest, on connection: EndpointConnection, by deadline: NIODeadline
  ) async throws(PushFault) -> PushAnswer {
    do {
      let answer = try await connection.post(request, by: deadline)
      if connection.isOpen { idle.withLock { $0.append(connection) } }
      return answer
    } catch {
      throw error as? PushFault ?? .brokenOff
    }
  }

  private func connect(
    _ address: SocketAddress, by deadline: NIODeadline
  ) async throws(PushFault) -> EndpointConnection {
    let left = deadline - .now()
    guard left > .zero else { throw .timeout }
    let name = IPAddress.bytes(of: url.host) == nil ? url.host : nil
    let group = MultiThreadedEventLoopGroup.singleton
    let secured = group.next().makePromise(of: EndpointConnection.self)
    let (context, pins, isPinOnly) = (context, pins, isPinOnly)
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(min(left, .seconds(5)))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let tls =
            try isPinOnly
            ? NIOSSLClientHandler(
              context: context, serverHostname: name,
              // The key itself is compared after the handshake, which proves that the peer holds
              // it: before that nothing of a message is sent.
              customVerificationCallback: { _, promise in
                promise.succeed(.certificateVerified)
              })
            : NIOSSLClientHandler(context: context, serverHostname: name)
          try EndpointConnection.prepare(channel, tls: tls, pins: pins, secured: secured)
        }
      }
    let channel: any Channel
    do {
      channel = try await bootstrap.connect(to: address).get()
    } catch {
      secured.fail(PushFault.connectionRefused)
      throw .connectionRefused
    }
    // A peer that takes the connection and says nothing is a timeout of the same deadline.
    let timer = channel.eventLoop.scheduleTask(deadline: min(deadline, .now() + .seconds(10))) {
      channel.close(promise: nil)
    }
    defer { timer.cancel() }
    do {
      return try await secured.futureResult.get()
    } catch {
      throw error as? PushFault ?? .tls
    }
  }
}
