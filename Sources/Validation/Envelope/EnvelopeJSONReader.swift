// The CloudEvents JSON format: one object whose members are the attributes and `data`.
// Never looks into a JSON payload beyond its being an object.
import ExchangeModel

enum EnvelopeJSONReader {
  static func read(_ root: JSONNode, limits: Limits) -> EnvelopeReader.Findings {
    var draft = EnvelopeDraft(format: .json, limits: limits)
    guard root.kind == .object else {
      draft.add(
        EnvelopeFault(rule: "type", message: "An envelope is a JSON object."), place: "",
        at: .json(root))
      return EnvelopeReader.Findings(draft: draft)
    }
    var data: JSONNode?
    for (name, value) in root.members where !draft.isFull {
      if name.utf8.elementsEqual("data".utf8) {
        data = value.kind == .null ? nil : value
      } else if let attribute = EnvelopeAttribute(rawValue: name) {
        read(value, as: attribute, into: &draft)
      } else {
        draft.addUnknown(name, at: .json(value))
      }
    }
    draft.addMissing(at: .json(root))
    guard let data else {
      draft.addRequired("data", at: .json(root))
      return EnvelopeReader.Findings(draft: draft)
    }
    let content = read(data, limits: limits, &draft)
    return EnvelopeReader.Findings(draft: draft, content: content)
  }

  private static func read(
    _ value: JSONNode, as attribute: EnvelopeAttribute, into draft: inout EnvelopeDraft
  ) {
    switch value.kind {
    // CloudEvents JSON format, 2.2: null is the same as absent.
    case .null: return
    case .string: draft.set(attribute, value.string ?? "", at: .json(value))
    default:
      draft.markPresent(attribute)
      draft.add(
        EnvelopeFault(rule: "type", message: "`\(attribute.rawValue)` is a string."),
        place: draft.place(attribute.rawValue), at: .json(value))
    }
  }

  private static func read(
    _ data: JSONNode, limits: Limits, _ draft: inout EnvelopeDraft
  ) -> (Payload, ReadEnvelope.Content, ReadEnvelope.Lines)? {
    if draft.hasContentType, draft.contentFormat == nil { return nil }
    if draft.contentFormat == .xml { return readXML(data, limits: limits, &draft) }
    guard data.kind == .object else {
      draft.add(
        EnvelopeFault(
          rule: "type",
          message: "A JSON payload is an object. For XML in a string state application/xml."),
        place: "/data", at: .json(data))
      return nil
    }
    let payload = Payload(format: .json, bytes: Array(data.rawBytes))
    return (payload, .json(data), .same)
  }

  private static func readXML(
    _ data: JSONNode, limits: Limits, _ draft: inout EnvelopeDraft
  ) -> (Payload, ReadEnvelope.Content, ReadEnvelope.Lines)? {
    guard data.kind == .string else {
      draft.add(
        EnvelopeFault(
          rule: "type", message: "An XML payload stands in a JSON envelope as a string."),
        place: "/data", at: .json(data))
      return nil
    }
    let lines = ReadEnvelope.Lines.fixed(data.line)
    do {
      let document = try XMLDocument.parse(data.utf8, limits: limits)
      draft.refuseSchemaLocation(document, lines: lines, prefix: "/data")
      let payload = Payload(format: .xml, bytes: document.root.standaloneBytes())
      return (payload, .xml(document.root), lines)
    } catch {
      draft.addEmbedded(error, lines: lines)
      return nil
    }
  }
}
