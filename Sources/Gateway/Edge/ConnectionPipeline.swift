// Builds a connection's pipeline: TLS, the byte watch, NIO's HTTP parser, the connection.
// Never keeps a connection above the cap.

import ExchangeModel
import NIOCore
import NIOHTTP1
import NIOSSL

enum ConnectionPipeline {
  /// On the channel's event loop. Throws to turn the connection away.
  static func build(_ channel: any Channel, _ loop: EdgeLoop, _ material: TLSMaterial?) throws {
    let counters = loop.shared.counters
    let limits = loop.shared.settings.limits
    counters.add(.connectionsAccepted)
    guard !loop.isStopping, counters.add(.connections) <= limits.connections else {
      counters.add(.connections, -1)
      counters.add(.connectionsOverCap)
      throw ChannelError.ioOnClosedChannel
    }
    channel.closeFuture.assumeIsolated().whenComplete { _ in counters.add(.connections, -1) }
    let pipeline = channel.pipeline.syncOperations
    let notes = material == nil ? nil : HandshakeNotes()
    if let material, let notes {
      try pipeline.addHandler(tlsHandler(material, notes, loop))
    }
    let connection = Connection(loop: loop, handshake: notes)
    var parserLimits = NIOHTTPDecoderLimitConfiguration()
    parserLimits.maxHeaderFieldSize = limits.headerBytes
    parserLimits.maxHeaderListSize = limits.headerBytes
    parserLimits.maxHeaderFieldCount = limits.headerFields
    let parser = HTTPRequestDecoder(
      leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
      limitConfiguration: parserLimits)
    try pipeline.addHandler(ByteWatch(connection))
    try pipeline.addHandler(ByteToMessageHandler(parser))
    try pipeline.addHandler(connection)
  }

  private static func tlsHandler(
    _ material: TLSMaterial, _ notes: HandshakeNotes, _ loop: EdgeLoop
  ) -> NIOSSLServerHandler {
    guard let verifier = material.verifier else {
      return NIOSSLServerHandler(context: material.context)
    }
    let now = loop.shared.settings.surroundings.now
    let boundNotes = NIOLoopBound(notes, eventLoop: loop.eventLoop)
    return NIOSSLServerHandler(context: material.context) { chain, verdict in
      guard let presented = try? chain.map({ try $0.toDERBytes() }) else {
        notes.reason = .malformed
        return verdict.succeed(.failed)
      }
      Task {
        let refusal = await verifier.verify(presented, at: now())
        boundNotes.eventLoop.execute {
          boundNotes.value.reason = refusal
          verdict.succeed(refusal == nil ? .certificateVerified : .failed)
        }
      }
    }
  }
}
