// Writes compact XML, everything escaped that must be.
// Never writes a character that XML 1.0 forbids, and leaves no element open by itself.

/// Appends elements, attributes and text to bytes in UTF-8.
///
/// Names are the program's own and are written as given; values and texts are escaped. Ending
/// more elements than were started is a programmer's error.
package struct XMLWriter {
  package private(set) var bytes: [UInt8] = []
  private var open: [String] = []
  private var isInStartTag = false

  package init() {}

  /// Writes `<?xml version="1.0" encoding="UTF-8"?>`; only before anything else.
  package mutating func declaration() {
    precondition(bytes.isEmpty, "an XML declaration comes first")
    bytes.append(contentsOf: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
  }

  /// Opens an element.
  package mutating func startElement(_ name: String) {
    closeStartTag()
    bytes.append(0x3C)
    bytes.append(contentsOf: name.utf8)
    open.append(name)
    isInStartTag = true
  }

  /// Writes an attribute of the element that was just started.
  package mutating func attribute(_ name: String, _ value: String) {
    precondition(isInStartTag, "an attribute comes before the content")
    bytes.append(0x20)
    bytes.append(contentsOf: name.utf8)
    bytes.append(contentsOf: "=\"".utf8)
    Self.appendEscaped(value.utf8, inAttribute: true, to: &bytes)
    bytes.append(0x22)
  }

  /// Writes character data. A character that XML 1.0 forbids becomes U+FFFD: ask
  /// `canHold` first where that would lose something.
  package mutating func text(_ text: String) {
    if text.isEmpty { return }
    closeStartTag()
    Self.appendEscaped(text.utf8, inAttribute: false, to: &bytes)
  }

  /// Writes character data that is UTF-8 already.
  package mutating func text(utf8 text: some Collection<UInt8>) {
    if text.isEmpty { return }
    closeStartTag()
    Self.appendEscaped(text, inAttribute: false, to: &bytes)
  }

  /// Writes bytes as they are: they must be whole elements or escaped text.
  package mutating func raw(_ content: some Sequence<UInt8>) {
    closeStartTag()
    bytes.append(contentsOf: content)
  }

  /// Closes the element opened last.
  package mutating func endElement() {
    guard let name = open.popLast() else {
      preconditionFailure("no element is open")
    }
    if isInStartTag {
      bytes.append(contentsOf: "/>".utf8)
      isInStartTag = false
      return
    }
    bytes.append(contentsOf: "</".utf8)
    bytes.append(contentsOf: name.utf8)
    bytes.append(0x3E)
  }

  /// Writes an element that holds only text.
  package mutating func element(_ name: String, _ text: String) {
    startElement(name)
    self.text(text)
    endElement()
  }

  /// Whether every character of a text can stand in an XML document.
  package static func canHold(_ text: String) -> Bool { XMLCharacters.areLegal(text) }

  private mutating func closeStartTag() {
    if isInStartTag { bytes.append(0x3E) }
    isInStartTag = false
  }

  /// Appends text in UTF-8, escaped. CR is written `&#13;` so that it survives line-end
  /// normalisation; in attributes tab and LF are references as well.
  static func appendEscaped(
    _ text: some Collection<UInt8>, inAttribute: Bool, to output: inout [UInt8]
  ) {
    for byte in text {
      switch byte {
      case 0x26: output.append(contentsOf: "&amp;".utf8)
      case 0x3C: output.append(contentsOf: "&lt;".utf8)
      case 0x3E: output.append(contentsOf: "&gt;".utf8)
      case 0x22 where inAttribute: output.append(contentsOf: "&quot;".utf8)
      case 0x0D: output.append(contentsOf: "&#13;".utf8)
      case 0x09 where inAttribute: output.append(contentsOf: "&#9;".utf8)
      case 0x0A where inAttribute: output.append(contentsOf: "&#10;".utf8)
      case 0x09, 0x0A, 0x20...0xFF: appendPlain(byte, to: &output)
      default: output.append(contentsOf: UTF8.encodedReplacementCharacter)
      }
    }
  }

  /// U+FFFE and U+FFFF are EF BF BE and EF BF BF; their last byte is turned into that of U+FFFD.
  private static func appendPlain(_ byte: UInt8, to output: inout [UInt8]) {
    let isForbidden =
      (byte == 0xBE || byte == 0xBF) && output.suffix(2).elementsEqual([0xEF, 0xBF])
    output.append(isForbidden ? 0xBD : byte)
  }
}
