// Who may send this type of message to whom: by role, and by local authority where the type says.
// Never names the parties: their roles are what counts.

internal import ExchangeModel

struct RouteRule: Rule {
  let name = "route"
  let source = "Message catalogue: senders and recipients of the type"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard let recipient = facts.recipient else {
      return notApplicable("There is no known recipient to take a route to.")
    }
    let sender = facts.sender
    var isRightRoles = false
    for route in terms.messageType.routes
    where route.from.allows(sender.role.rawValue) && route.to.allows(recipient.role.rawValue) {
      let isOneAuthority = sender.urn.localAuthority.utf8
        .elementsEqual(recipient.urn.localAuthority.utf8)
      if !route.sameAuthority || isOneAuthority {
        return permit("Parties of these roles exchange messages of this type.")
      }
      isRightRoles = true
    }
    if isRightRoles {
      return deny(
        .routeNotAllowed,
        "Messages of this type stay within one local authority; these parties are of two.")
    }
    let from = terms.vocabulary.named(sender.role.rawValue, in: .roles)
    let to = terms.vocabulary.named(recipient.role.rawValue, in: .roles)
    return deny(
      .routeNotAllowed,
      "Messages of this type do not go from a party of the role \(from) to one of the role \(to).")
  }
}
