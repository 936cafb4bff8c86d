// What a recipient gets: the sender's envelope with the resolved grounds stamped on it, in the
// format the recipient asks for, a sensitive address taken out where the decision says so.
// Never changes what was received: that stays as it came.

import ExchangeModel
import Storage
import Validation

/// Makes the delivered form of a stored message.
struct DeliveredEnvelope: Sendable {
  let schemas: SchemaSet
  let limits: Limits

  /// The envelope in `format`, its payload converted when it came in the other.
  func bytes(of stored: StoredMessage, as format: ContentFormat) throws -> [UInt8] {
    // What was admitted under larger limits than today's can still be fetched.
    var limits = limits
    limits.envelopeBytes = max(limits.envelopeBytes, stored.received.count)
    var envelope = try EnvelopeReader.read(
      stored.received, format: stored.format, limits: limits
    ).envelope
    let grounds = stored.decision.grounds
    envelope.lawfulBasis = LawfulBasis(rawValue: grounds.lawfulBasis)
    envelope.specialCondition = grounds.specialCondition.map(SpecialCondition.init(rawValue:))
    envelope.legalGateway = grounds.legalGateway.map(LegalGateway.init(rawValue:))
    if stored.decision.obligations.contains(where: { $0.kind == Obligation.maskKind }) {
      envelope.payload = try schemas.masked(envelope.payload, of: envelope.type).payload
    }
    if envelope.payload.format != format {
      envelope.payload = try schemas.convert(
        envelope.payload, of: envelope.type, to: format)
    }
    return EnvelopeWriter.write(envelope, as: format)
  }
}
