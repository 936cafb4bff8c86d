// The calls of whoever checks the log, described: checkpoint and tiles (C2SP tlog-tiles).

import ExchangeModel

enum LogCalls {
  static let all = [checkpoint, tile]

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
}
