// The calls about transfer files and the lost pupil pool, described. Held to the routes by a test.

import ExchangeModel

enum TransferCalls {
  static let all: [DescribedCall] = [
    handIn, list, one, file, pool, claim, claims, decide,
  ]

  private static let limit = DocumentValue.query(
    "limit", "Entries in a page.",
    ["type": "integer", "minimum": 1, "maximum": 500, "default": 100])
  private static let after = DocumentValue.query(
    "after", "The `next` of the page before; leave it out for the first.", .schema("MessageID"))
  private static let ofListing = RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter]

  private static let handIn = DescribedCall(
    verb: .post, path: "/v1/transfers", id: "handInTransfer", tag: "Transfers",
    summary: "Hand in a common transfer file",
    description: """
      A CTF, or a CML or CMJ file for an authority, with its name in `Content-Disposition`. It is \
      checked by the rules of docs/transfer.md; every one that stops it is named. It goes, as a \
      message, to the party that its name and header say, into the lost pupil pool for \
      `XXXXXXX` and `MMMMMMM` (one pupil each, with the removal ground), or to whoever carries \
      files to S2S when its destination takes no part in the exchange. A file of an older \
      version, or with refused pupils, goes on written anew in the current version and without \
      them. The same file again is the same message.
      """,
    parameters: [
      [
        "name": "Content-Disposition", "in": "header", "required": true,
        "description": "`attachment; filename=\"8504321_CTF_8519901_001.xml\"`",
        "schema": ["type": "string"],
      ],
      .query(
        "addressSensitive",
        "`true` when the child's address may not leave: addresses, telephones and what nobody can "
          + "say about are left out.", ["type": "boolean", "default": false]),
    ],
    requestBody: [
      "required": true,
      "content": ["application/xml": ["schema": ["type": "string"]]],
    ],
    answers: [
      DescribedAnswer(
        202, "It is on its way, for good.", fields: [.location],
        content: DescribedAnswer.json("TransferReceipt")),
      DescribedAnswer(
        200, "It was handed in before.", fields: [.location],
        content: DescribedAnswer.json("TransferReceipt")),
    ],
    refusals: MessageCalls.refusals + [.attachmentDigestMismatch, .attachmentRangeMismatch])

  private static let list = DescribedCall(
    verb: .get, path: "/v1/transfers", id: "listTransfers", tag: "Transfers",
    summary: "List the transfer files that you sent or were sent",
    description: "Newest first, with how far each is.",
    parameters: [
      .query(
        "side", "Which of the two.",
        ["type": "string", "enum": ["sent", "received"], "default": "received"]), limit, after,
    ],
    answers: [
      DescribedAnswer(
        200, "A page.", fields: [.cacheControl], content: DescribedAnswer.json("TransferPage"))
    ],
    refusals: ofListing)

  private static let one = DescribedCall(
    verb: .get, path: "/v1/transfers/{messageId}", id: "transferStatus", tag: "Transfers",
    summary: "See how far a transfer file is",
    description: "For its sender and its recipient alone.",
    parameters: [.parameter("messageId")],
    answers: [
      DescribedAnswer(
        200, "The file's way so far.", fields: [.cacheControl],
        content: DescribedAnswer.json("Transfer"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound])

  private static let file = DescribedCall(
    verb: .get, path: "/v1/transfers/{messageId}/file", id: "fetchTransferFile",
    tag: "Transfers", summary: "Fetch a transfer file",
    description: "The file under its name. Each fetch is written to the log.",
    parameters: [.parameter("messageId")],
    answers: [
      DescribedAnswer(
        200, "The file.", fields: [.cacheControl, .contentDisposition, .entityTag],
        content: ["application/xml": ["schema": ["type": "string"]]])
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound, .messageHeld])

  private static let pool = DescribedCall(
    verb: .get, path: "/v1/transfers/pool", id: "listLostPupils", tag: "Transfers",
    summary: "List the lost pupil pool",
    description: """
      For officers for children missing education, of any authority: initials, year group and \
      authority of each pupil whose next school nobody knows, from the end of the authority's \
      posting delay. Each listing is in the log with its purpose.
      """,
    parameters: [
      [
        "name": "purpose", "in": "query", "required": true,
        "description": "Why the pool is looked at.",
        "schema": [
          "type": "string", "enum": ["children-missing-education", "record-transfer"],
        ],
      ], limit, after,
    ],
    answers: [
      DescribedAnswer(
        200, "A page.", fields: [.cacheControl], content: DescribedAnswer.json("LostPupilPage"))
    ],
    refusals: ofListing + RefusedAnswer.ofWriting + [.routeNotAllowed, .notFound])

  private static let claim = DescribedCall(
    verb: .post, path: "/v1/transfers/pool/{postingId}/claims", id: "claimLostPupil",
    tag: "Transfers", summary: "Claim a file of the lost pupil pool",
    description: """
      Sends the message of the type lost pupil claim. The UPN must be that of the posting. A named \
      person at the school or authority that posted it then releases the file, or does not.
      """,
    parameters: [.parameter("postingId")],
    requestBody: [
      "required": true,
      "content": ["application/json": ["schema": .schema("LostPupilClaimRequest")]],
    ],
    answers: [
      DescribedAnswer(
        202, "It waits for a person.", fields: [.location],
        content: DescribedAnswer.json("LostPupilClaimReceipt"))
    ],
    refusals: MessageCalls.refusals + [.badRequest, .notFound])

  private static let claims = DescribedCall(
    verb: .get, path: "/v1/transfers/claims", id: "listLostPupilClaims", tag: "Transfers",
    summary: "List the claims that you made, or may decide",
    description: "Newest first, at most 100.",
    answers: [
      DescribedAnswer(
        200, "The claims.", fields: [.cacheControl],
        content: DescribedAnswer.json("LostPupilClaims"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller)

  private static let decide = DescribedCall(
    verb: .post, path: "/v1/transfers/claims/{claimId}/decision", id: "decideLostPupilClaim",
    tag: "Transfers", summary: "Release a claimed file, or refuse the claim",
    description: """
      For the school that posted the file and the officers of its authority, in the name of a \
      person. A release sends the file, once, to the school of the claim, or to its authority's \
      transfer desk when that school takes no part in the exchange.
      """,
    parameters: [.parameter("claimId")],
    requestBody: [
      "required": true,
      "content": ["application/json": ["schema": .schema("LostPupilDecision")]],
    ],
    answers: [
      DescribedAnswer(
        200, "The claim as it stands now.", fields: [.cacheControl],
        content: DescribedAnswer.json("LostPupilClaim"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.badRequest, .notFound, .contentTooLarge, .alreadyAcknowledged, .unknownRecipient])
}
