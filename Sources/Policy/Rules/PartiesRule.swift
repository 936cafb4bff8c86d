// Both parties must be known and live. Never says who suspended a party, or why.

internal import ExchangeModel

struct PartiesRule: Rule {
  let name = "parties-live"
  let source = "Exchange rules: a suspended party neither sends nor receives"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    // The readers and the certificate have settled this; a mix-up of records must not pass.
    guard facts.isOwnName else {
      return deny(.senderMismatch, "The message's source is not the party that sent it.")
    }
    guard facts.sender.state == .live else {
      return deny(.partySuspended, "The sending party is suspended.")
    }
    guard let recipient = facts.recipient else {
      return deny(.unknownRecipient, "The directory has no such recipient.")
    }
    guard recipient.state == .live else {
      return deny(.recipientSuspended, "The receiving party is suspended.")
    }
    return permit("Sender and recipient are known and live.")
  }
}
