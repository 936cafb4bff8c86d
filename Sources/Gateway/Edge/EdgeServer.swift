// The listener: binds, puts a pipeline on each connection, stops without losing an answer.
// Never parses anything itself.

import ExchangeModel
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A running HTTP/1.1 server.
package final class EdgeServer: Sendable {
  /// The port it listens on, also when 0 was asked for.
  package let port: Int
  private let shared: EdgeShared
  private let material: TLSBox
  private let listener: any Channel
  private let loops: [NIOLoopBound<EdgeLoop>]
  private let ownGroup: MultiThreadedEventLoopGroup?

  package var counters: EdgeCounters { shared.counters }
  /// Every route, in the order given.
  package var routes: [Route] { shared.router.routes }

  /// Binds and begins to serve. Throws `TLSSettingsFault`, or an `IOError` when the address is
  /// taken or not ours.
  package static func start(_ settings: EdgeSettings, routes: [Route]) async throws -> EdgeServer {
    let material = TLSBox(try settings.tls.map { try TLSMaterial($0) })
    let shared = EdgeShared(settings: settings, router: Router(routes))
    let ownGroup = settings.eventLoops.map { MultiThreadedEventLoopGroup(numberOfThreads: $0) }
    let group = ownGroup ?? MultiThreadedEventLoopGroup.singleton
    var loops: [NIOLoopBound<EdgeLoop>] = []
    for eventLoop in group.makeIterator() {
      loops.append(
        try await eventLoop.submit {
          let loop = EdgeLoop(eventLoop: eventLoop, shared: shared)
          loop.start()
          return NIOLoopBound(loop, eventLoop: eventLoop)
        }.get())
    }
    do {
      let listener = try await bind(settings, group, loops, material)
      return EdgeServer(shared, material, listener, loops, ownGroup)
    } catch {
      for loop in loops { loop.eventLoop.execute { loop.value.end() } }
      try? await ownGroup?.shutdownGracefully()
      throw error
    }
  }

  private init(
    _ shared: EdgeShared, _ material: TLSBox, _ listener: any Channel,
    _ loops: [NIOLoopBound<EdgeLoop>], _ ownGroup: MultiThreadedEventLoopGroup?
  ) {
    self.shared = shared
    self.material = material
    self.listener = listener
    self.loops = loops
    self.ownGroup = ownGroup
    port = listener.localAddress?.port ?? 0
  }

  private static func bind(
    _ settings: EdgeSettings, _ group: MultiThreadedEventLoopGroup,
    _ loops: [NIOLoopBound<EdgeLoop>], _ material: TLSBox
  ) async throws -> any Channel {
    let byLoop = Dictionary(
      uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
    return try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: settings.edgeLimits.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let most = settings.limits.connections + settings.edgeLimits.acceptedBeyondCap
          try channel.pipeline.syncOperations.addHandler(AcceptGate(most: most))
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let loop = byLoop[ObjectIdentifier(channel.eventLoop)] else {
            throw ChannelError.operationUnsupported
          }
          try ConnectionPipeline.build(channel, loop.value, material.current)
        }
      }
      .bind(host: settings.host, port: settings.port).get()
  }

  /// Takes new TLS material for the connections to come; those that are open keep theirs.
  /// On a fault, thrown as `TLSSettingsFault`, the old material stays.
  package func replaceTLS(_ settings: TLSSettings) throws {
    material.replace(try TLSMaterial(settings))
  }

  /// Closes the live connections of a certificate that was revoked or suspended. (A request on
  /// one that slips through is refused anyway: the directory is asked every time.)
  @discardableResult
  package func drop(spkiSHA256: String) async -> Int {
    var count = 0
    for loop in loops {
      count +=
        (try? await loop.eventLoop.submit { loop.value.drop(spkiSHA256: spkiSHA256) }.get()) ?? 0
    }
    counters.add(.dropped, count)
    return count
  }

  /// Stops accepting, lets the requests in flight end, closes what is left after
  /// `EdgeLimits.stopSeconds`. Returns when no connection is open.
  package func stop() async {
    try? await listener.close().get()
    for loop in loops { loop.eventLoop.execute { loop.value.beginStop() } }
    let end = ContinuousClock.now + .seconds(shared.settings.edgeLimits.stopSeconds)
    while counters[.connections] > 0, ContinuousClock.now < end, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(10))
    }
    for loop in loops {
      try? await loop.eventLoop.submit {
        loop.value.closeAll()
        loop.value.end()
      }.get()
    }
    try? await ownGroup?.shutdownGracefully()
  }
}

/// The TLS material new connections take.
final class TLSBox: Sendable {
  private let held: Mutex<TLSMaterial?>

  init(_ material: TLSMaterial?) { held = Mutex(material) }

  var current: TLSMaterial? { held.withLock { $0 } }
  func replace(_ material: TLSMaterial) { held.withLock { $0 = material } }
}
