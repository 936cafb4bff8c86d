// Leaves connections in the kernel's queue while there are too many already. Never counts by the
// second: it is about descriptors, and each one that is accepted takes one until it is closed.

import NIOCore

/// On the listening channel. What is beyond the cap is turned away by `ConnectionPipeline`; this
/// holds the accepting itself when turning away does not keep pace.
final class AcceptGate: ChannelInboundHandler, ChannelOutboundHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private let most: Int
  private var open = 0
  private var isReadDue = false
  private var context: ChannelHandlerContext?

  /// `most`: connections accepted and not yet closed.
  init(most: Int) { self.most = most }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    open += 1
    unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).assumeIsolated()
      .whenComplete { _ in self.closed() }
    context.fireChannelRead(data)
  }

  func read(context: ChannelHandlerContext) {
    if open < most { context.read() } else { isReadDue = true }
  }

  private func closed() {
    open -= 1
    guard isReadDue, open < most, let context else { return }
    isReadDue = false
    context.read()
  }
}
