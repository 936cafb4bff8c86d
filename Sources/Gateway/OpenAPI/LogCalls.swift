// The calls of whoever checks the log, described: checkpoint and tiles (C2SP tlog-tiles).

import ExchangeModel

enum LogCalls {
  static let all = [checkpoint, tile, addCheckpoint, witnessed]

  private static let checkpoint = DescribedCall(
    verb: .get, path: "/v1/log/checkpoint", id: "getCheckpoint", tag: "Log",
    summary: "Fetch the log's latest checkpoint",
    description: """
      The size and the root of the message log, signed by the gateway: a C2SP tlog-checkpoint. \
      Needs no registered certificate.
      """,
    answers: [
      DescribedAnswer(
        200, "The checkpoint.", fields: [.cacheControl],
        content: DescribedAnswer.text("`c2sp.org/tlog-checkpoint`, a signed note."))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofWriting)

  private static let tile = DescribedCall(
    verb: .get, path: "/v1/log/tile/{path}", id: "getTile", tag: "Log",
    summary: "Fetch a tile of the log's tree, or a bundle of its entries",
    description: """
      `<L>/<N>` is tile N of level L, `entries/<N>` the bundle of the 256 entries from N times 256 \
      on; `.p/<W>` at the end asks for the first W of them. N is written in groups of three \
      digits, all but the last marked: 1234067 is `x001/x234/067`. What lies beyond the latest \
      checkpoint is not there yet, and what lies before a pruned log's minimum index no longer. \
      Needs no registered certificate.
      """,
    parameters: [
      [
        "name": "path", "in": "path", "required": true, "schema": ["type": "string"],
        "description": "One or more segments; write the `/` between them as it is.",
        "examples": [
          "hashes": ["value": "0/x001/x234/067"],
          "entries": ["value": "entries/000.p/12"],
        ],
      ]
    ],
    answers: [
      DescribedAnswer(
        200, "The tile or bundle; it never changes.", fields: [.cacheControl],
        content: [
          "application/octet-stream": [
            "schema": [
              "type": "string",
              "description": .text(
                "`c2sp.org/tlog-tiles`: hashes of 32 bytes, or entries each after its length as "
                  + "a big-endian number of 16 bits."),
            ]
          ]
        ])
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofWriting + [.notFound])

  private static let addCheckpoint = DescribedCall(
    verb: .post, path: "/v1/witness/add-checkpoint", id: "addCheckpoint", tag: "Log",
    summary: "Have another log's checkpoint cosigned",
    description: """
      This gateway as a witness of its peers' logs: C2SP tlog-witness. The body is `old <size>`, \
      the lines of a consistency proof from that size, an empty line and the signed checkpoint. \
      The log must be one of the gateway's settings. Needs no registered certificate.
      """,
    requestBody: [
      "required": true,
      "content": [
        "text/plain": [
          "schema": ["type": "string", "description": "`c2sp.org/tlog-witness`, add-checkpoint."]
        ]
      ],
    ],
    answers: [
      DescribedAnswer(
        200, "The witness's signature lines, for the checkpoint.", fields: [.cacheControl],
        content: DescribedAnswer.text("`c2sp.org/tlog-cosignature`, cosignature/v1.")),
      DescribedAnswer(
        409, "The old size is not the one on record, which this is.", fields: [.cacheControl],
        content: ["text/x.tlog.size": ["schema": ["type": "string", "pattern": "^[0-9]+\n$"]]]),
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofWriting + [
      .notFound, .contentTooLarge, .checkpointNotSigned, .checkpointInconsistent,
    ])

  private static let witnessed = DescribedCall(
    verb: .get, path: "/v1/witness/{originSha256}/checkpoint", id: "getWitnessedCheckpoint",
    tag: "Log", summary: "Fetch the checkpoint of another log that was cosigned last",
    description: """
      For monitors, and for a log that was restored and must find out how far it had got. Needs no \
      registered certificate.
      """,
    parameters: [
      [
        "name": "originSha256", "in": "path", "required": true,
        "schema": ["type": "string", "pattern": "^[0-9a-f]{64}$"],
        "description": "The SHA-256 of the log's origin, in lower-case hex.",
      ]
    ],
    answers: [
      DescribedAnswer(
        200, "The checkpoint with the log's signature and the witness's.", fields: [.cacheControl],
        content: DescribedAnswer.text("`c2sp.org/tlog-checkpoint`, a signed note."))
    ],
    refusals: RefusedAnswer.ofEdge + [.notFound])
}
