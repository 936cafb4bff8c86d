// The statutory power or duty to share that the message rests on.
// Never takes a power that the type does not have.

internal import ExchangeModel

struct LegalGatewayRule: Rule {
  let name = "legal-gateway"
  let source = "The statutory power named; message catalogue"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let allowed = terms.messageType.legalGateways
    guard let claim = facts.claims.legalGateway else {
      return allowed.isEmpty
        ? notApplicable("This type of message needs no statutory power of its own.")
        : permit("No legal gateway is stated; the one of the message type applies.")
    }
    guard allowed.allows(claim) else {
      return deny(
        .legalGatewayNotAllowed,
        "This type of message rests on other legal gateways: \(allowed.listed).")
    }
    return permit("The legal gateway stated is one that this type of message rests on.")
  }
}
