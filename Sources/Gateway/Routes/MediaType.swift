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
  /// neither. For each format its most precise range counts (RFC 9110, 12.5.1); the higher quality
  /// wins, then the more precise range, then the stored format.
  static func acceptedFormat(_ accept: String?, stored: ContentFormat) -> ContentFormat? {
    guard let accept, !accept.isEmpty else { return stored }
    var best: [ContentFormat: (quality: Double, precision: Int)] = [:]
    for range in accept.lowercased().split(separator: ",").prefix(32) {
      let parts = range.split(separator: ";").map { trimmed($0) }
      guard let name = parts.first else { continue }
      let quality = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      let precision = Self.precision(of: name)
      for format in formats(in: name) where precision > best[format]?.precision ?? 0 {
        best[format] = (quality, precision)
      }
    }
    let other: ContentFormat = stored == .json ? .xml : .json
    let first = best[stored] ?? (0, 0)
    let second = best[other] ?? (0, 0)
    let preferred = second > first ? other : stored
    return max(first.quality, second.quality) > 0 ? preferred : nil
  }

  private static func formats(in name: Substring) -> [ContentFormat] {
    switch name {
    case "application/cloudevents+json", "application/json": [.json]
    case "application/cloudevents+xml", "application/xml", "text/xml": [.xml]
    case "application/*", "*/*": ContentFormat.allCases
    default: []
    }
  }

  private static func precision(of name: Substring) -> Int {
    switch name {
    case "*/*": 1
    case "application/*": 2
    case "application/json", "application/xml", "text/xml": 3
    default: 4
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
