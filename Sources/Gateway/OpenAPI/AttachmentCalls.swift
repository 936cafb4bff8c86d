// The calls for attachments, described: upload in parts, see how far it is, fetch.

import ExchangeModel

enum AttachmentCalls {
  static func all(_ limits: Limits) -> [DescribedCall] { [upload(limits), download, progress] }

  private static let path = "/v1/attachments/{sha256}"

  private static func upload(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .put, path: path, id: "uploadAttachment", tag: "Attachments",
      summary: "Upload an attachment",
      description: """
        The content of which the path names the SHA-256. Without `Content-Range` the body is the \
        whole; with it, the body is the part it names. Parts are sent in order, each from where \
        the one before ended; a broken upload goes on from the `Upload-Offset` that HEAD gives. \
        The digest is checked when the last byte is here. At most \(limits.attachmentBytes) bytes.
        """,
      parameters: [
        .parameter("sha256"),
        header(
          "Content-Range", "Which bytes of the whole the body is: `bytes FIRST-LAST/TOTAL`.",
          pattern: "^bytes [0-9]+-[0-9]+/[0-9]+$"),
      ],
      requestBody: [
        "required": true, "description": "The content, or a part of it, of any media type.",
        "content": ["application/octet-stream": .object([])],
      ],
      answers: [
        DescribedAnswer(
          201, "Whole, and as its digest says.", fields: [.uploadComplete, .location]),
        DescribedAnswer(200, "It was here already.", fields: [.uploadComplete]),
        DescribedAnswer(
          202, "The part is here; more is to come.", fields: [.uploadComplete, .uploadOffset]),
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + [
          .badParameter, .contentTooLarge, .attachmentRangeMismatch, .attachmentDigestMismatch,
        ],
      refusalFields: [409: [.uploadOffset]])
  }

  private static func header(
    _ name: String, _ description: String, pattern: String
  ) -> DocumentValue {
    [
      "name": .text(name), "in": "header", "required": false, "description": .text(description),
      "schema": ["type": "string", "pattern": .text(pattern)],
    ]
  }

  private static let download = DescribedCall(
    verb: .get, path: path, id: "fetchAttachment", tag: "Attachments",
    summary: "Fetch an attachment",
    description: """
      For the party that uploaded it and for recipients of messages that name it. Each fetch is \
      written to the log.
      """,
    parameters: [
      .parameter("sha256"),
      header(
        "Range", "`bytes=FIRST-` goes on from there; any other range is answered with the whole.",
        pattern: "^bytes=[0-9]+-$"),
    ],
    answers: [
      DescribedAnswer(
        200, "The whole.", fields: [.entityTag, .acceptRanges, .cacheControl], content: content),
      DescribedAnswer(
        206, "What follows the first byte asked for.",
        fields: [.contentRange, .entityTag, .acceptRanges, .cacheControl], content: content),
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.badParameter, .notFound, .messageHeld])

  private static let content: DocumentValue = ["application/octet-stream": .object([])]

  private static let progress = DescribedCall(
    verb: .head, path: path, id: "getUploadProgress", tag: "Attachments",
    summary: "See how far your upload is",
    description: "No answer to HEAD has a body, refusals included.",
    parameters: [.parameter("sha256")],
    answers: [
      DescribedAnswer(
        200, "How much of it is here.", fields: [.uploadComplete, .uploadOffset])
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter, .notFound])
}
