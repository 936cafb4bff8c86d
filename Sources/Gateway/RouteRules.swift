// Under which decision each call stands (DESIGN 5, promise 2): one line for every route, and a test
// that fails for a route without one. Never consulted at run time: the rooms below ask the policy
// themselves, and the test calls each route with a policy that denies everything.

import ExchangeModel

/// What keeps a call from handing out more than it may.
enum RouteRule: Sendable, Equatable {
  /// The policy decides on the message that comes in (`Policy.decide`).
  case decision
  /// The policy decides on each message that something is handed out of (`Policy.decideAccess`).
  case access(AccessFacts.Asked)
  /// A register whose entries are shown to the parties that they name; why no message comes out.
  case register(String)
  /// Nothing of any message comes out; why.
  case nothing(String)

  /// The rule of a route by its verb and template; nil when it has none.
  static func of(_ route: Route) -> RouteRule? {
    all["\(route.verb.rawValue) \(route.template)"]
  }

  static let all: [String: RouteRule] = [
    "POST /v1/messages": .decision,
    "POST /v1/decisions": .decision,
    "GET /v1/messages/{messageId}": .access(.status),
    "GET /v1/messages/{messageId}/receipt": .access(.proof),
    "GET /v1/inbox": .access(.listing),
    "POST /v1/inbox/leases": .access(.listing),
    "POST /v1/inbox/leases/{leaseId}/renewal": .access(.listing),
    "DELETE /v1/inbox/leases/{leaseId}": .nothing("gives back what the caller had leased"),
    "GET /v1/inbox/{messageId}": .access(.content),
    "POST /v1/inbox/{messageId}/acknowledgement": .access(.content),
    "GET /v1/endpoint": .nothing("the caller's own endpoint, and public keys"),
    "GET /v1/duties": .access(.listing),
    "PUT /v1/attachments/{sha256}": .nothing("takes bytes in, and hands none out"),
    "GET /v1/attachments/{sha256}": .access(.attachment),
    "HEAD /v1/attachments/{sha256}": .nothing("tells the uploader how far its own upload got"),
    "POST /v1/transfers": .decision,
    "GET /v1/transfers": .access(.listing),
    "GET /v1/transfers/{messageId}": .access(.status),
    "GET /v1/transfers/{messageId}/file": .access(.attachment),
    "GET /v1/transfers/pool": .access(.poolEntry),
    "POST /v1/transfers/pool/{postingId}/claims": .decision,
    "GET /v1/transfers/claims": .register("claims the caller made or may decide, no file"),
    "POST /v1/transfers/claims/{claimId}/decision":
      .register("for whoever posted the file; what goes to the claimant is decided as a message"),
    "POST /v1/consents": .register("a record of the caller's own"),
    "GET /v1/consents": .register("the caller's own records"),
    "GET /v1/consents/{consentId}": .register("for its holder, in part for recipients in it"),
    "POST /v1/consents/{consentId}/withdrawal": .register("for its holder and the family"),
    "POST /v1/consents/{consentId}/review": .register("for its holder"),
    "POST /v1/subject-exports": .access(.export),
    "POST /v1/subject-keys": .nothing("a keyed hash of what the caller itself says"),
    "POST /v1/rectifications": .register("a record of the caller's own, about what it sent"),
    "GET /v1/rectifications/{rectificationId}": .register("for its requester alone"),
    "POST /v1/traces": .register("Policy.decideTrace; a record of the caller's own"),
    "GET /v1/traces/{traceId}": .register("for its maker alone; every child shown is a leaf"),
    "POST /v1/traces/{traceId}/candidates/{number}/disclosure": .register(
      "Policy.decideTrace on the one child, for the trace's maker"),
    "POST /v1/traces/{traceId}/confirmation": .register("what a person of its maker says"),
    "POST /v1/traces/{traceId}/enquiries": .register("Policy.decideTrace; yes or no, no child"),
    "POST /v1/traces/{traceId}/requests": .decision,
    "POST /v1/traces/{traceId}/answer": .decision,
    "POST /v1/traces/{traceId}/replies": .decision,
    "POST /v1/pupils": .nothing("takes pupils in, and hands none out"),
    "GET /v1/cases": .register("the parties of a case; their own messages in it, and its state"),
    "GET /v1/cases/{caseId}": .register("the parties of a case, each its own messages in it"),
    "GET /v1/parties": .nothing("agencies, never a child"),
    "GET /v1/catalogue": .nothing("message types, never a message"),
    "GET /v1/vocabulary": .nothing("published words"),
    "GET /v1/schemas/{path...}": .nothing("published files"),
    "GET /v1/log/checkpoint": .nothing("the size and root hash of the log"),
    "GET /v1/log/tile/{path...}": .nothing("hashes, and entries without personal data"),
    "POST /v1/witness/add-checkpoint": .nothing("another log's checkpoint, cosigned"),
    "GET /v1/witness/{originSha256}/checkpoint": .nothing("another log's checkpoint"),
    "GET /messageexchange/_ping": .nothing("that the gateway runs"),
    "GET /messageexchange/endpointlookup/{ods}/{workflow}": .nothing("mailboxes, no message"),
    "GET /messageexchange/workflowsearch/{workflow}": .nothing("mailboxes, never a message"),
    "GET /messageexchange/{mailbox}": .nothing("that the token is good"),
    "POST /messageexchange/{mailbox}": .nothing("that the token is good"),
    "GET /messageexchange/{mailbox}/count": .access(.listing),
    "GET /messageexchange/{mailbox}/inbox": .access(.listing),
    "GET /messageexchange/{mailbox}/inbox/rich": .access(.listing),
    "GET /messageexchange/{mailbox}/inbox/{meshId}": .access(.content),
    "GET /messageexchange/{mailbox}/inbox/{meshId}/{chunk}": .access(.content),
    "PUT /messageexchange/{mailbox}/inbox/{meshId}/status/acknowledged": .access(.content),
    "POST /messageexchange/{mailbox}/outbox": .decision,
    "POST /messageexchange/{mailbox}/outbox/{meshId}/{chunk}": .decision,
    "GET /messageexchange/{mailbox}/outbox/rich": .access(.status),
    "GET /messageexchange/{mailbox}/outbox/tracking": .access(.status),
    "GET /messageexchange/{mailbox}/outbox/tracking/{localId}": .access(.status),
    "GET /openapi.json": .nothing("the description of the calls"),
    "GET /problems/{code}": .nothing("the explanation of a refusal code"),
  ]
}
