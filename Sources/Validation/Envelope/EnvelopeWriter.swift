// An envelope to bytes, in either format, its payload in the payload's own format.
// Never converts a payload: the mapping of its type does that before.
package import ExchangeModel

/// Writes envelopes that `EnvelopeReader` reads back the same.
package enum EnvelopeWriter {
  package static func write(_ envelope: Envelope, as format: ContentFormat) -> [UInt8] {
    switch format {
    case .json: json(envelope)
    case .xml: xml(envelope)
    }
  }

  private static func json(_ envelope: Envelope) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for attribute in EnvelopeAttribute.allCases {
      guard let value = attribute.value(in: envelope) else { continue }
      writer.key(attribute.rawValue)
      writer.string(value)
    }
    writer.key("data")
    switch envelope.payload.format {
    case .json: writer.raw(envelope.payload.bytes)
    case .xml: writer.string(String(decoding: envelope.payload.bytes, as: UTF8.self))
    }
    writer.endObject()
    return writer.bytes
  }

  private static func xml(_ envelope: Envelope) -> [UInt8] {
    let payload = envelope.payload
    // A payload that does not declare its default namespace must not fall into ours: then our
    // names bear a prefix, and the payload's bytes stay as they are.
    let isPrefixed = payload.format == .xml && !declaresDefaultNamespace(payload.bytes)
    let prefix = isPrefixed ? "ce:" : ""
    var writer = XMLWriter()
    writer.declaration()
    writer.startElement(prefix + "event")
    if !isPrefixed { writer.attribute("xmlns", CloudEventsXML.namespace) }
    writer.attribute("xmlns:ce", CloudEventsXML.namespace)
    writer.attribute("xmlns:xs", XMLNamespace.schema)
    writer.attribute("xmlns:xsi", XMLNamespace.schemaInstance)
    writer.attribute("specversion", "1.0")
    for attribute in EnvelopeAttribute.allCases where attribute != .specversion {
      guard let value = attribute.value(in: envelope) else { continue }
      writer.startElement(prefix + attribute.rawValue)
      if !attribute.isCore, let type = attribute.xmlTypes.first {
        writer.attribute("xsi:type", "ce:" + type)
      }
      writer.text(value)
      writer.endElement()
    }
    writer.startElement(prefix + "data")
    switch payload.format {
    case .json:
      writer.attribute("xsi:type", "xs:string")
      writer.text(utf8: withoutNoncharacters(payload.bytes))
    case .xml:
      writer.attribute("xsi:type", "xs:any")
      writer.raw(payload.bytes)
    }
    writer.endElement()
    writer.endElement()
    return writer.bytes
  }

  /// JSON allows U+FFFE and U+FFFF in a string, XML 1.0 does not: they become JSON escapes.
  private static func withoutNoncharacters(_ json: [UInt8]) -> [UInt8] {
    guard json.contains(0xEF) else { return json }
    var output: [UInt8] = []
    output.reserveCapacity(json.count)
    for byte in json {
      output.append(byte)
      guard byte == 0xBE || byte == 0xBF, output.suffix(3).starts(with: [0xEF, 0xBF]) else {
        continue
      }
      output.removeLast(3)
      output.append(contentsOf: (byte == 0xBE ? "\\ufffe" : "\\uffff").utf8)
    }
    return output
  }

  /// Whether the first start tag of an XML payload has an `xmlns` attribute.
  private static func declaresDefaultNamespace(_ xml: [UInt8]) -> Bool {
    let wanted = Array("xmlns".utf8)
    var quote: UInt8?
    for (offset, byte) in xml.enumerated() {
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == 0x3E {
        return false
      } else if XMLCharacters.isSpace(byte) {
        let rest = xml[(offset + 1)...]
        guard rest.starts(with: wanted) else { continue }
        let after = rest.dropFirst(wanted.count).first { !XMLCharacters.isSpace($0) }
        if after == 0x3D { return true }
      }
    }
    return false
  }
}
