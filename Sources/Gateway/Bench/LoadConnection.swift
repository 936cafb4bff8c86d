// One keep-alive connection of the load generator: sends a message, waits for the answer, sends
// the next. As little work as can be, because it shares the cores with what it measures.
// Never more than one request under way, and no more parsing than status and length.

import NIOCore

/// What the connections of a generator have counted. On their event loop only.
final class LoadTally {
  /// Microseconds from sending to the whole answer, of the answers in the window.
  var latencies: [UInt32] = []
  var isMeasuring = false
  var isEnding = false
  /// Answers other than 202, by status, from the first to the last.
  var otherAnswers: [Int: Int] = [:]
  /// Connections that broke.
  var broken = 0
  private var words = SystemRandomNumberGenerator()

  func count(status: Int, nanoseconds: Int64) {
    if status != 202 { otherAnswers[status, default: 0] += 1 }
    if isMeasuring { latencies.append(UInt32(clamping: nanoseconds / 1000)) }
  }

  func random() -> UInt64 { words.next() }
}

final class LoadConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let tally: LoadTally
  private var request: ByteBuffer
  private let idOffset: Int
  private var context: ChannelHandlerContext?
  private var sentAt: NIODeadline?
  private var answer = ByteBuffer()
  /// The bytes of the whole answer, once its head is there.
  private var due: Int?
  private var status = 0

  /// `request` is a whole request; the id's digits stand at `idOffset`.
  init(request: ByteBuffer, idOffset: Int, tally: LoadTally) {
    self.request = request
    self.idOffset = idOffset
    self.tally = tally
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  var isWaiting: Bool { sentAt != nil }

  /// Sends the next message.
  func send() {
    guard let context, sentAt == nil, !tally.isEnding else { return }
    for place in [idOffset, idOffset + 16] {
      let digits = Self.hexadecimal(tally.random())
      request.setInteger(digits.0, at: place)
      request.setInteger(digits.1, at: place + 8)
    }
    sentAt = .now()
    context.writeAndFlush(wrapOutboundOut(request), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if answer.readableBytes == 0 { answer = bytes } else { answer.writeBuffer(&bytes) }
    if due == nil { readHead() }
    guard let due, answer.readableBytes >= due, let sentAt else { return }
    tally.count(status: status, nanoseconds: (NIODeadline.now() - sentAt).nanoseconds)
    answer = ByteBuffer()
    self.due = nil
    self.sentAt = nil
    send()
  }

  /// Finds the end of the head, and in it the status and the length of the body.
  private func readHead() {
    answer.withUnsafeReadableBytes { bytes in
      guard let end = Self.place(of: Self.emptyLine, in: bytes, from: 0) else { return }
      status = Self.number(bytes, from: 9)
      var length = 0
      if let field = Self.place(of: Self.lengthField, in: bytes, from: 0), field < end {
        length = Self.number(bytes, from: field + Self.lengthField.utf8CodeUnitCount)
      }
      due = end + Self.emptyLine.utf8CodeUnitCount + length
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !tally.isEnding || sentAt != nil { tally.broken += 1 }
    sentAt = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private static let emptyLine: StaticString = "\r\n\r\n"
  private static let lengthField: StaticString = "\r\nContent-Length: "

  /// Where a text begins in some bytes; nil when it does not occur.
  private static func place(
    of text: StaticString, in bytes: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    let length = text.utf8CodeUnitCount
    var place = start
    while place + length <= bytes.count {
      if bytes[place] == text.utf8Start[0] {
        var matched = 1
        while matched < length, bytes[place + matched] == text.utf8Start[matched] { matched += 1 }
        if matched == length { return place }
      }
      place += 1
    }
    return nil
  }

  /// The decimal number (of nine digits at most) at a place; 0 when there is none.
  private static func number(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var value = 0
    for place in start..<max(start, min(start + 9, bytes.count)) {
      guard (0x30...0x39).contains(bytes[place]) else { break }
      value = value * 10 + Int(bytes[place] - 0x30)
    }
    return value
  }

  /// Sixteen hexadecimal digits of a word.
  private static func hexadecimal(_ word: UInt64) -> (UInt64, UInt64) {
    func digits(_ half: UInt64) -> UInt64 {
      // Spreads eight nibbles over eight bytes, then makes each a digit.
      var spread = half & 0xFFFF_FFFF
      spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
      spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
      spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F
      let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
      return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }
    return (digits(word >> 32), digits(word))
  }
}
