// An envelope while it is read: values with their places, and every fault found so far.
// Never becomes an Envelope while it has a fault.
import ExchangeModel

/// Where something stands in a received envelope; its line is counted only when a fault needs it.
enum EnvelopePlace {
  case json(JSONNode)
  case xml(XMLElement)

  var line: Int {
    switch self {
    case .json(let node): node.line
    case .xml(let element): element.line
    }
  }
}

/// Values as found. `values` has each attribute once, in whatever form it had on the wire.
struct EnvelopeDraft {
  let format: ContentFormat
  let limits: Limits
  private(set) var values: [EnvelopeAttribute: String] = [:]
  private(set) var issues: [ValidationIssue] = []
  private(set) var contentFormat: ContentFormat?
  /// Attributes that stand in the envelope, even if wrong: they are not missing.
  private var present: Set<EnvelopeAttribute> = []

  init(format: ContentFormat, limits: Limits) {
    self.format = format
    self.limits = limits
  }

  /// A JSON Pointer or an XPath of an attribute or of `data`.
  func place(_ name: String) -> String {
    switch format {
    case .json: "/" + name
    case .xml: name == "specversion" ? "/event/@specversion" : "/event/" + name
    }
  }

  var isFull: Bool { issues.count >= limits.issuesPerDocument }

  /// Notes a fault; the last that fits says that there are more.
  mutating func add(_ fault: EnvelopeFault, place: String, at origin: EnvelopePlace) {
    if isFull { return }
    let isLast = issues.count == limits.issuesPerDocument - 1
    issues.append(
      ValidationIssue(
        place: place, line: origin.line, rule: isLast ? "too-many" : fault.rule,
        message: isLast
          ? "There are more faults than are listed. Correct these first." : fault.message))
  }

  mutating func add(_ issue: ValidationIssue) {
    if !isFull { issues.append(issue) }
  }

  /// Marks an attribute as standing there with a form that is wrong already.
  mutating func markPresent(_ attribute: EnvelopeAttribute) { present.insert(attribute) }

  /// Takes a value, and notes what is wrong with it.
  mutating func set(_ attribute: EnvelopeAttribute, _ text: String, at origin: EnvelopePlace) {
    guard present.insert(attribute).inserted else {
      add(
        EnvelopeFault(rule: "duplicate-attribute", message: "An attribute may stand only once."),
        place: place(attribute.rawValue), at: origin)
      return
    }
    if let fault = EnvelopeRules.fault(attribute, text, limits: limits) {
      add(fault, place: place(attribute.rawValue), at: origin)
      return
    }
    values[attribute] = text
    if attribute == .datacontenttype { contentFormat = EnvelopeRules.contentFormat(text) }
  }

  var hasContentType: Bool { present.contains(.datacontenttype) }

  /// Notes a name that is no attribute of ours. It is named where that is harmless.
  mutating func addUnknown(_ name: String, at origin: EnvelopePlace) {
    let isHarmless =
      !name.isEmpty && name.utf8.count <= 64
      && name.utf8.allSatisfy {
        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F
          || $0 == 0x2D || $0 == 0x2E || $0 == 0x3A
      }
    let remedy =
      switch name {
      case "subject": "`subject` is not taken, because it invites personal data. Leave it out."
      case "data_base64": "`data_base64` is not taken. Give `data`, or send attachments."
      default:
        isHarmless
          ? "`\(name)` is not an attribute of the envelope. Leave it out."
          : "This is not an attribute of the envelope. Leave it out."
      }
    add(
      EnvelopeFault(rule: "unknown-attribute", message: remedy),
      place: isHarmless ? place(name) : (format == .json ? "" : "/event"), at: origin)
  }

  /// Notes every required attribute that is absent.
  mutating func addMissing(at origin: EnvelopePlace) {
    for attribute in EnvelopeAttribute.allCases
    where attribute.isRequired && !present.contains(attribute) {
      addRequired(attribute.rawValue, at: origin)
    }
  }

  mutating func addRequired(_ name: String, at origin: EnvelopePlace) {
    add(
      EnvelopeFault(rule: "required", message: "`\(name)` is required. Add it."),
      place: place(name), at: origin)
  }

  /// The envelope, when nothing is wrong with it.
  func envelope(_ payload: Payload) -> Envelope? {
    guard issues.isEmpty, let id = values[.id], let type = values[.type],
      let source = values[.source].flatMap(PartyURN.init),
      let recipient = values[.recipient].flatMap(PartyURN.init),
      let purpose = values[.purpose].map(Purpose.init)
    else { return nil }
    var envelope = Envelope(
      id: id, source: source, type: type, recipient: recipient, purpose: purpose,
      payload: payload)
    envelope.time = values[.time]
    envelope.lawfulBasis = values[.lawfulbasis].map(LawfulBasis.init)
    envelope.specialCondition = values[.specialcondition].map(SpecialCondition.init)
    envelope.legalGateway = values[.legalgateway].map(LegalGateway.init)
    envelope.consentRef = values[.consentref]
    envelope.overrideRef = values[.overrideref]
    envelope.correlationID = values[.correlationid]
    envelope.causationID = values[.causationid]
    envelope.inReplyTo = values[.inreplyto]
    envelope.expiryTime = values[.expirytime]
    envelope.priority = values[.priority].flatMap(Priority.init)
    envelope.dataSchema = values[.dataschema]
    envelope.traceParent = values[.traceparent]
    envelope.traceState = values[.tracestate]
    return envelope
  }
}
