// What a request's head must be beyond what NIO's parser asks: one Host we serve, unambiguous
// framing, no Expect, no Upgrade. Pure: a head in, a verdict out.

import ExchangeModel
import NIOHTTP1

/// How a request's body is framed.
enum BodyFraming: Sendable, Equatable {
  case none
  case length(Int)
  case chunked
}

/// A head that passed.
struct CheckedHead: Sendable {
  let verb: HTTPVerb
  let target: RequestTarget
  let framing: BodyFraming
  let isKeepAlive: Bool
}

/// The rules, with the names we answer to.
struct HeadRules: Sendable {
  /// Names and addresses we serve, in lower case, without ports.
  private let hosts: Set<String>
  private let maximumSegments: Int

  init(hosts: Set<String>, maximumSegments: Int) {
    self.hosts = Set(hosts.map { $0.lowercased() })
    self.maximumSegments = maximumSegments
  }

  /// Checks a head. A refusal always ends the connection: after a head we do not trust we do not
  /// know where the next one starts.
  func check(_ head: HTTPRequestHead) -> Result<CheckedHead, Refusal> {
    guard head.version.major == 1, head.version.minor == 0 || head.version.minor == 1 else {
      return .failure(Refusal(.badRequest))
    }
    var host: String?
    var length: Int?
    var isChunked = false
    for (name, value) in head.headers {
      switch KnownField(name) {
      case .host:
        guard host == nil else { return .failure(Refusal(.badRequest)) }
        host = value
      case .contentLength:
        guard length == nil, let parsed = Self.length(value) else {
          return .failure(Refusal(.badRequest))
        }
        length = parsed
      case .transferEncoding:
        guard !isChunked, head.version.minor == 1, Self.isChunked(value) else {
          return .failure(Refusal(.badRequest))
        }
        isChunked = true
      case .expect, .upgrade: return .failure(Refusal(.expectationFailed))
      case nil: break
      }
    }
    guard !isChunked || length == nil, let host,
      let target = RequestTarget(head.uri, maximumSegments: maximumSegments)
    else { return .failure(Refusal(.badRequest)) }
    guard isServed(host), target.authority.map(isServed) ?? true else {
      return .failure(Refusal(.hostNotAllowed))
    }
    let framing: BodyFraming =
      isChunked ? .chunked : (length ?? 0) > 0 ? .length(length ?? 0) : .none
    return .success(
      CheckedHead(
        verb: HTTPVerb(head.method), target: target, framing: framing,
        isKeepAlive: head.version.minor == 1 && head.isKeepAlive))
  }

  /// True when the name, without its port, is one of ours. The port is not compared: it changes
  /// on the way when a firewall forwards it.
  private func isServed(_ authority: String) -> Bool {
    let bytes = authority.utf8
    var end = bytes.endIndex
    if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]") {
      let port = bytes[bytes.index(after: colon)...]
      guard (1...5).contains(port.count), port.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return false
      }
      end = colon
    }
    let name = bytes[..<end]
    guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
    let text = String(Substring(name))
    return hosts.contains(text) || hosts.contains(text.lowercased())
  }

  /// A Content-Length: 1 to 18 digits and nothing else (so that it fits an Int).
  private static func length(_ text: String) -> Int? {
    let bytes = text.utf8
    guard (1...18).contains(bytes.count) else { return nil }
    var value = 0
    for byte in bytes {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }

  private static func isChunked(_ text: String) -> Bool {
    text.utf8.elementsEqual("chunked".utf8) { $0 == $1 || $0 | 0x20 == $1 && $0 >= 0x41 }
  }
}

/// The fields the rules look at, found by length first: most fields are none of them.
private enum KnownField {
  case host, contentLength, transferEncoding, expect, upgrade

  init?(_ name: String) {
    switch name.utf8.count {
    case 4 where Self.same(name, "host"): self = .host
    case 6 where Self.same(name, "expect"): self = .expect
    case 7 where Self.same(name, "upgrade"): self = .upgrade
    case 14 where Self.same(name, "content-length"): self = .contentLength
    case 17 where Self.same(name, "transfer-encoding"): self = .transferEncoding
    default: return nil
    }
  }

  private static func same(_ name: String, _ lower: String) -> Bool {
    name.utf8.elementsEqual(lower.utf8) {
      $0 == $1 || ((0x41...0x5A).contains($0) && $0 | 0x20 == $1)
    }
  }
}
