// Writes the head of a response as bytes (RFC 9112, section 4). Never lets a field value end its
// line: control characters are replaced, so nothing a handler echoes can forge a field.

import NIOCore

/// How the body of a response is delimited.
enum ResponseFraming: Sendable, Equatable {
  /// No body and no length field (1xx, 204, 304).
  case bodiless
  case length(Int)
  case chunked
}

extension ByteBuffer {
  /// Writes the status line and all fields, with the empty line that ends them.
  mutating func writeResponseHead(
    _ response: HTTPResponse, framing: ResponseFraming, isClosing: Bool, date: [UInt8],
    id: RequestID
  ) {
    if let line = StatusLine.common[response.status] {
      writeBytes(line)
    } else {
      writeStaticString("HTTP/1.1 ")
      writeString(String(response.status))
      writeStaticString(" \r\n")
    }
    for (name, value) in response.fields.items {
      writeFieldText(name)
      writeStaticString(": ")
      writeFieldText(value)
      writeStaticString("\r\n")
    }
    switch framing {
    case .bodiless: break
    case .length(let length):
      writeStaticString("Content-Length: ")
      writeString(String(length))
      writeStaticString("\r\n")
    case .chunked: writeStaticString("Transfer-Encoding: chunked\r\n")
    }
    if isClosing { writeStaticString("Connection: close\r\n") }
    writeBytes(date)
    writeStaticString("X-Request-Id: ")
    writeWithUnsafeMutableBytes(minimumWritableBytes: 36) {
      id.write(into: $0.bindMemory(to: UInt8.self))
    }
    writeStaticString("\r\n\r\n")
  }

  private mutating func writeFieldText(_ text: String) {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
      writeString(text)
    } else {
      writeBytes(text.utf8.map { $0 >= 0x20 && $0 != 0x7F ? $0 : UInt8(ascii: "_") })
    }
  }
}

/// Status lines of the statuses we use, as bytes.
enum StatusLine {
  static let common: [Int: [UInt8]] = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
    303: "See Other", 304: "Not Modified", 308: "Permanent Redirect", 400: "Bad Request",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    408: "Request Timeout", 409: "Conflict", 411: "Length Required", 412: "Precondition Failed",
    413: "Content Too Large", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
    417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content",
    429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 503: "Service Unavailable", 507: "Insufficient Storage",
  ].reduce(into: [:]) { lines, entry in
    lines[entry.key] = Array("HTTP/1.1 \(entry.key) \(entry.value)\r\n".utf8)
  }
}
