// A request body as it arrives. Back-pressure reaches the socket: what the handler does not take
// is not read. Never holds more than a few reads of the socket.

import ExchangeModel
import NIOCore

/// The chunks of a streamed body, in order; can be read once.
///
/// Throws `Refusal`: `content-too-large` beyond the route's limit, `request-timeout` when it
/// arrives too slowly, `bad-request` when the framing breaks; `CancellationError`-like errors of
/// the connection otherwise.
package struct BodyStream: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  typealias Producer = NIOThrowingAsyncSequenceProducer<
    ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark,
    BodyDemand
  >

  /// The announced length in bytes; nil when chunked.
  package let length: Int?
  let producer: Producer

  package struct AsyncIterator: AsyncIteratorProtocol {
    var base: Producer.AsyncIterator

    package mutating func next() async throws -> [UInt8]? {
      guard let buffer = try await base.next() else { return nil }
      return Array(buffer.readableBytesView)
    }
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(base: producer.makeAsyncIterator())
  }

  /// The whole body, for small streamed bodies. Throws `content-too-large` beyond `limit` bytes.
  package func collect(limit: Int) async throws -> [UInt8] {
    var all: [UInt8] = []
    for try await chunk in self {
      guard chunk.count <= limit - all.count else { throw Refusal(.contentTooLarge) }
      all.append(contentsOf: chunk)
    }
    return all
  }
}

/// Carries "more, please" and "I stopped reading" from the handler to the connection's loop.
final class BodyDemand: NIOAsyncSequenceProducerDelegate, Sendable {
  private let onDemand: @Sendable () -> Void
  private let onStop: @Sendable () -> Void

  init(onDemand: @escaping @Sendable () -> Void, onStop: @escaping @Sendable () -> Void) {
    self.onDemand = onDemand
    self.onStop = onStop
  }

  func produceMore() { onDemand() }
  func didTerminate() { onStop() }
}
