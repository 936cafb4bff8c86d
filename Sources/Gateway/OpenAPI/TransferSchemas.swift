// The schemas of transfer files and of the lost pupil pool. Held to what the routes write by a
// test.

import ExchangeModel
import Storage

enum TransferSchemas {
  private typealias Of = DescribedSchemas

  static let all: [(String, DocumentValue)] = [
    ("TransferReceipt", receipt), ("TransferReport", report), ("Transfer", transfer),
    ("TransferPage", page("transfers", "Transfer")), ("LostPupil", pupil),
    ("LostPupilPage", page("pupils", "LostPupil")), ("LostPupilClaim", claim),
    (
      "LostPupilClaims",
      Of.object("Claims.", ["claims": Of.list("Newest first.", of: .schema("LostPupilClaim"))])
    ),
    ("LostPupilClaimRequest", claimRequest), ("LostPupilClaimReceipt", claimReceipt),
    ("LostPupilDecision", decision),
  ]

  private static func page(_ name: String, _ schema: String) -> DocumentValue {
    [
      "type": "object", "description": "A page of a listing.",
      "required": .texts([name, "next"]),
      "properties": .object([
        (name, Of.list("The entries.", of: .schema(schema))),
        (
          "next",
          [
            "description": "What to send as `after` for the next page; null on the last.",
            "type": ["string", "null"],
          ]
        ),
      ]),
    ]
  }

  private static let receipt = Of.object(
    "A file that was handed in.",
    [
      "messageId": .schema("MessageID"), "admittedAt": .schema("Time"),
      "recipient": .schema("PartyURN"),
      "way": Of.word("How it goes on.", of: ["exchange", "lost-pupil-pool", "s2s"]),
      "receipt": Of.text("Where the proof of its admission is found."),
      "report": .schema("TransferReport"),
    ])

  private static let report = Of.object(
    "What the rules say of the file.",
    [
      "file": Of.text("Its name."),
      "verdict": Of.word(
        "What becomes of it.",
        of: ["accept", "accept-with-warnings", "reject-pupil", "reject"]),
      "pupils": Of.count("Pupils in it, refused ones included."),
      "issues": Of.list(
        "What was found.",
        of: Of.object(
          "One broken rule.",
          [
            "rule": Of.text("Its name."), "level": Of.text("How grave it is."),
            "line": ["type": ["integer", "null"], "description": "From 1."],
            "pupil": ["type": ["integer", "null"], "description": "Its position, from 1."],
            "message": Of.text("What is wrong and what to do."),
          ])),
      "more": Of.count("Issues that are not listed."),
    ], optional: ["more"])

  private static let transfer = Of.object(
    "A transfer file on its way.",
    [
      "messageId": .schema("MessageID"), "type": Of.text("The type of its message."),
      "source": .schema("PartyURN"), "recipient": .schema("PartyURN"),
      "admittedAt": .schema("Time"), "fileName": Of.text("Its name."),
      "version": Of.text("The CTF version."), "sha256": Of.text("Its digest."),
      "pupils": Of.count("Pupils in it."),
      "state": Of.word("How far it is.", of: Transfer.State.allCases.map(\.rawValue)),
    ])

  private static let pupil = Of.object(
    "An entry of the lost pupil pool, as officers see it at first.",
    [
      "postingId": .schema("MessageID"), "initials": Of.text("Two letters."),
      "yearGroup": Of.text("The National Curriculum year."),
      "postingLA": Of.text("The authority whose school posted it."),
      "postedAt": .schema("Time"),
    ])

  private static let claim = Of.object(
    "A claim for a file of the pool.",
    [
      "claimId": .schema("MessageID"), "postingId": .schema("MessageID"),
      "initials": Of.text("Two letters."), "yearGroup": Of.text("The National Curriculum year."),
      "postingLA": Of.text("The authority whose school posted it."),
      "groundRegulations": Of.word(
        "Which regulations the ground is of: a letter means another thing in each.",
        of: LostPupilPosting.Regulations.allCases.map(\.rawValue)),
      "ground": Of.text("The letter of the ground."),
      "claimant": .schema("PartyURN"),
      "school": Of.text("The school that has enrolled the child: seven digits."),
      "evidence": Of.list("How the child was identified.", of: ["type": "string"]),
      "claimedAt": .schema("Time"),
      "state": Of.word("What came of it.", of: LostPupilClaimEntry.State.allCases.map(\.rawValue)),
      "decidedBy": Of.text("Who decided, by name."), "reason": Of.text("Why."),
    ], optional: ["decidedBy", "reason"])

  private static let claimRequest = Of.object(
    "A claim.",
    [
      "upn": Of.text("The child's UPN, from a document or the school before."),
      "claimant": Of.text("The DfE number of the school that has enrolled the child."),
      "evidence": Of.list(
        "How the child was identified.",
        of: Of.word(
          "A proof.", of: ["parent-document", "previous-school-confirmed", "upn-known"])),
    ]
  ).with("additionalProperties", false)

  private static let claimReceipt = Of.object(
    "A claim that was taken.",
    ["claimId": .schema("MessageID"), "claimedAt": .schema("Time")])

  private static let decision = Of.object(
    "The decision on a claim.",
    [
      "outcome": Of.word("What is decided.", of: ["release", "refuse"]),
      "decidedBy": Of.text("The person who decides, by name."),
      "reason": Of.text("Why, where it is refused."),
    ], optional: ["reason"]
  ).with("additionalProperties", false)
}
