// Reads Content-Type and Accept as far as the two envelope formats need (RFC 9110, 8.3 and 12.5.1).

import ExchangeModel

enum MediaType {
  /// The format of an envelope by its Content-Type; nil when it is not one of ours. Parameters are
  /// allowed; a charset other than UTF-8 is not.
  static func envelopeFormat(_ contentType: String?) -> ContentFormat? {
    guard let contentType else { return nil }
    let parts = contentType.lowercased().split(separator: ";").map { trimmed($0) }
    for part in parts.dropFirst() where part.hasPrefix("charset=") {
      guard ["utf-8", "\"utf-8\""].contains(String(part.dropFirst(8))) else { return nil }
    }
    return ContentFormat.allCases.first { parts.first == $0.envelopeMediaType[...] }
  }

  /// The format that an Accept field prefers; `stored` when it does not care. Nil when it takes
  /// neither.
  static func acceptedFormat(_ accept: String?, stored: ContentFormat) -> ContentFormat? {
    guard let accept, !accept.isEmpty else { return stored }
    var best: (format: ContentFormat, quality: Double, precision: Int)?
    for range in accept.lowercased().split(separator: ",").prefix(32) {
      let parts = range.split(separator: ";").map { trimmed($0) }
      guard let name = parts.first else { continue }
      let quality = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      guard quality > 0, let (format, precision) = match(name, stored: stored) else { continue }
      let isBetter =
        best.map { (quality, precision) > ($0.quality, $0.precision) } ?? true
      if isBetter { best = (format, quality, precision) }
    }
    return best?.format
  }

  private static func match(
    _ name: Substring, stored: ContentFormat
  ) -> (ContentFormat, precision: Int)? {
    switch name {
    case "application/cloudevents+json": (.json, 3)
    case "application/cloudevents+xml": (.xml, 3)
    case "application/json": (.json, 2)
    case "application/xml", "text/xml": (.xml, 2)
    case "application/*", "*/*": (stored, 1)
    default: nil
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
