// The call by which a party sees its endpoint, described, with its schema. Held to
// EndpointRoutes.swift by a test.

import ExchangeModel
import Storage

enum EndpointCalls {
  private typealias Of = DescribedSchemas

  static let all = [
    DescribedCall(
      verb: .get, path: "/v1/endpoint", id: "showEndpoint", tag: "Inbox",
      summary: "See where your messages are pushed, and the keys that sign them",
      description: """
        The endpoint that the gateway's operator set for you, and the gateway's public keys for \
        the `v1a` signatures of what is pushed (Standard Webhooks 1.0, Ed25519). During a change \
        of keys there are several: take a push when any of them holds. Your secret for the `v1` \
        signatures is not shown: the operator had it once, when it was made, and can make another. \
        Without an endpoint it is `not-found`: ask the operator for one, or fetch your messages.
        """,
      answers: [
        DescribedAnswer(
          200, "Your endpoint.", fields: [.cacheControl],
          content: DescribedAnswer.json("Endpoint"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + [.notFound])
  ]

  static let schemas: [(String, DocumentValue)] = [
    (
      "Endpoint",
      Of.object(
        "Where a party takes what is pushed to it.",
        [
          "url": Of.text("The address that is called."),
          "format": Of.word("The format that is sent.", of: ContentFormat.allCases.map(\.rawValue)),
          "state": Of.word(
            "`retired`: nothing is pushed there any more.",
            of: Endpoint.State.allCases.map(\.rawValue)),
          "reason": Of.text("Why it was retired: `gone` when it answered 410, else `operator`."),
          "changedAt": .schema("Time"),
          "pins": Of.list(
            "SHA-256 of the public keys that its certificate may have, in hex.",
            of: ["type": "string", "pattern": "^[0-9a-f]{64}$"]),
          "hasAuthority": Of.truth("True when its certificate must chain to an authority set."),
          "keys": Of.list(
            "The public keys of the gateway that sign now, newest first.",
            of: Of.object(
              "A key.",
              [
                "key": Of.text("`whpk_` and base64 of an Ed25519 public key.")
                  .with("pattern", "^whpk_[A-Za-z0-9+/]{43}=$"),
                "until": .schema("Time"),
              ], optional: ["until"])),
        ], optional: ["reason"])
    )
  ]
}
