// The attributes of the envelope: a closed profile of CloudEvents 1.0 (DESIGN 4.1).
// Never holds `data`, which is the payload, nor an attribute that we do not take.
import ExchangeModel

/// One attribute by its name on the wire. The order is the order in which they are written.
enum EnvelopeAttribute: String, CaseIterable, Sendable {
  case specversion, id, source, type, time, recipient, purpose, lawfulbasis, specialcondition
  case legalgateway, consentref, overrideref, correlationid, causationid, inreplyto, expirytime
  case priority, datacontenttype, dataschema, traceparent, tracestate

  var isRequired: Bool {
    switch self {
    case .specversion, .id, .source, .type, .recipient, .purpose: true
    default: false
    }
  }

  /// The types it may state in the CloudEvents XML format; the first is the one written. A core
  /// attribute may leave the type out, an extension must state it (XML format, section 2).
  var xmlTypes: [String] {
    switch self {
    case .time, .expirytime: ["timestamp"]
    case .source: ["uriRef"]
    case .dataschema: ["uri"]
    case .recipient: ["uri", "uriRef", "string"]
    case .consentref, .overrideref, .correlationid, .causationid, .inreplyto:
      ["string", "uri", "uriRef"]
    default: ["string"]
    }
  }

  /// Whether CloudEvents itself defines it (version 1.0.2, section "Context Attributes").
  var isCore: Bool {
    switch self {
    case .specversion, .id, .source, .type, .time, .datacontenttype, .dataschema: true
    default: false
    }
  }

  /// The attribute's value in an envelope, as it stands on the wire; nil when it is not set.
  func value(in envelope: Envelope) -> String? {
    switch self {
    case .specversion: "1.0"
    case .id: envelope.id
    case .source: envelope.source.text
    case .type: envelope.type
    case .time: envelope.time
    case .recipient: envelope.recipient.text
    case .purpose: envelope.purpose.rawValue
    case .lawfulbasis: envelope.lawfulBasis?.rawValue
    case .specialcondition: envelope.specialCondition?.rawValue
    case .legalgateway: envelope.legalGateway?.rawValue
    case .consentref: envelope.consentRef
    case .overrideref: envelope.overrideRef
    case .correlationid: envelope.correlationID
    case .causationid: envelope.causationID
    case .inreplyto: envelope.inReplyTo
    case .expirytime: envelope.expiryTime
    case .priority: envelope.priority?.rawValue
    case .datacontenttype: envelope.payload.format.payloadMediaType
    case .dataschema: envelope.dataSchema
    case .traceparent: envelope.traceParent
    case .tracestate: envelope.traceState
    }
  }
}

/// The namespace of the CloudEvents XML format.
package enum CloudEventsXML {
  package static let namespace = "http://cloudevents.io/xmlformat/V1"
}
