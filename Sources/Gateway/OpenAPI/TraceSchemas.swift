// The schemas of tracing. Held to what the routes read and write by tests.

import ExchangeModel
import PupilTracing
import Storage

enum TraceSchemas {
  private typealias Of = DescribedSchemas

  static let all: [(String, DocumentValue)] = [
    ("NewTrace", newTrace), ("TracedChild", child), ("TracedName", name), ("TracedPlace", place),
    ("Trace", trace), ("TraceCandidate", candidate), ("Enquiry", enquiry),
    ("Enquiries", Of.object("Answers.", ["enquiries": enquiries])),
    ("EnquiryRequest", enquiryRequest), ("DisclosureRequest", disclosure),
    ("DisclosedPupil", disclosed), ("TraceConfirmation", confirmation),
    ("TraceRequestTerms", terms), ("TraceAnswer", answer), ("TraceReply", reply),
    ("SentLetters", letters),
    (
      "PoolChanges",
      Of.object(
        "What became of a batch.",
        ["changed": Of.count("Changed."), "unchanged": Of.count("As they were.")])
    ),
  ]

  private static let reason = Of.word("Why the child is traced.", of: TraceBody.reasons)

  private static let newTrace = Of.object(
    "What is known, why it is asked and by whom: `child` or `request`, `officer` or `system`.",
    [
      "purpose": Of.word(
        "What for.", of: ["children-missing-education", "safeguarding"]),
      "reason": reason,
      "officer": Of.text("Post or staff number of who asks, never a name."),
      "system": Of.text("The name of a system that asks by itself."),
      "child": .schema("TracedChild"), "request": .schema("MessageID"),
    ], optional: ["officer", "system", "child", "request"]
  ).with("additionalProperties", false)

  private static let child = Of.object(
    "What is known of the child; a UPN or a name at least.",
    [
      "upn": Of.text("Unique pupil number."), "surname": Of.text("Surname."),
      "forename": Of.text("Forename."), "middleNames": Of.text("Middle names."),
      "otherNames": Of.list("Aliases and former names.", of: .schema("TracedName")),
      "dateOfBirth": Of.text("YYYY-MM-DD, YYYY-MM or YYYY."),
      "dateOfBirthDoubtful": Of.truth("True when whoever told it was not sure."),
      "sex": Of.word("As registered.", of: ["F", "M", "U"]),
      "places": Of.list("Homes, the last one first.", of: .schema("TracedPlace")),
      "parents": Of.list("Parents.", of: .schema("TracedName")),
      "siblings": Of.list("Brothers and sisters.", of: .schema("TracedName")),
      "lastSchool": Of.text("Its seven-digit DfE number."),
    ], optional: Set(TraceBody.childMembers)
  ).with("additionalProperties", false)

  private static let name = Of.object(
    "A name.",
    [
      "surname": Of.text("Surname."), "forename": Of.text("Forename."),
      "middleNames": Of.text("Middle names."),
    ], optional: ["surname", "forename", "middleNames"])

  private static let place = Of.object(
    "A home.", ["postcode": Of.text("Postcode."), "address": Of.text("Address.")],
    optional: ["postcode", "address"])

  private static let enquiries = Of.list("What others said.", of: .schema("Enquiry"))

  private static let trace = Of.object(
    "A trace, with its candidates as far as they are shown.",
    [
      "traceId": .schema("MessageID"), "askedAt": .schema("Time"),
      "officer": Of.text("Who asked."), "system": Of.text("Which system asked."),
      "purpose": Of.text("What for."), "reason": reason, "request": .schema("MessageID"),
      "outcome": Of.word(
        "How it came out; a person still confirms.", of: TraceOutcome.allCases.map(\.rawValue)),
      "notHere": number("Probability that the child is not in the pool."),
      "modelVersion": Of.text("The model that weighed."),
      "candidates": Of.list("At most five, best first.", of: .schema("TraceCandidate")),
      "confirmation": .schema("TraceConfirmation"), "enquiries": enquiries,
      "caseId": .schema("MessageID"),
    ], optional: ["officer", "system", "request", "confirmation", "caseId"])

  private static func number(_ description: String) -> DocumentValue {
    ["type": "number", "description": .text(description)]
  }

  private static let candidate = Of.object(
    "A pupil that resembles the child.",
    [
      "number": Of.count("Its number in the trace."),
      "reading": Of.word(
        "Offered as the child, or another child of the household.", of: ["child", "household"]),
      "surname": Of.text("Surname."), "forename": Of.text("Forename."),
      "yearOfBirth": Of.count("Year of birth."),
      "weight": number("Bits that speak for it."),
      "posterior": number("Probability that it is the child."),
      "reasons": Of.list(
        "For and against.",
        of: Of.object(
          "A reason.",
          [
            "field": Of.text("What was compared."), "text": Of.text("What was found."),
            "weight": number("In bits."),
          ])),
      "heldBy": Of.list(
        "Whose pools have the child: several where it is one child held twice; none where its "
          + "whereabouts must stay unknown.", of: .schema("PartyURN")),
      "restricted": Of.truth("True for a child whose whereabouts must stay unknown."),
      "disclosed": Of.word("How much was shown.", of: PupilDisclosure.allCases.map(\.rawValue)),
    ], optional: ["yearOfBirth"])

  private static let enquiry = Of.object(
    "What one party said.",
    [
      "party": .schema("PartyURN"),
      "answer": Of.word("Yes or no.", of: TraceEnquiry.Answer.allCases.map(\.rawValue)),
      "askedAt": .schema("Time"),
    ])

  private static let enquiryRequest = Of.object(
    "Whom to ask.",
    [
      "parties": Of.list("Parties.", of: .schema("PartyURN")),
      "all": Of.truth("True: the officers of every other authority."),
    ], optional: ["parties", "all"]
  ).with("additionalProperties", false)

  private static let disclosure = Of.object(
    "What to show, and why.",
    ["scope": Of.word("How much.", of: ["school", "address", "full"]), "reason": reason]
  ).with("additionalProperties", false)

  private static let disclosed = Of.object(
    "A pupil as far as it was asked for.",
    [
      "scope": Of.word("How much.", of: ["school", "address", "full"]),
      "schools": Of.list("Schools, the present one first.", of: Of.text("DfE number.")),
      "places": Of.list("Homes, the present one first.", of: .schema("TracedPlace")),
      "upns": Of.list("Numbers.", of: Of.text("UPN.")),
      "names": Of.list("Names.", of: .schema("TracedName")),
      "datesOfBirth": Of.list("Dates of birth.", of: Of.text("Date.")),
      "sex": Of.text("As registered."),
      "parents": Of.list("Parents.", of: .schema("TracedName")),
      "siblings": Of.list("Brothers and sisters.", of: .schema("TracedName")),
    ],
    optional: [
      "schools", "places", "upns", "names", "datesOfBirth", "sex", "parents", "siblings",
    ])

  private static let confirmation = Of.object(
    "What a person says.",
    [
      "result": Of.word(
        "Whether it is the child.", of: TraceConfirmation.Result.allCases.map(\.rawValue)),
      "candidate": Of.count("The candidate's number; none for `not-here`."),
      "verifiedBy": Of.word("How it was verified.", of: TraceBody.verifiedBy),
    ], optional: ["candidate", "verifiedBy"])

  private static let staff = Of.object(
    "A member of staff.",
    [
      "name": Of.text("Full name."), "position": Of.text("Post."),
      "phone": Of.text("Telephone."), "email": Of.text("Work email."),
    ], optional: ["position", "phone"])

  private static let terms = Of.object(
    "Whom to ask, and for how much at most.",
    [
      "parties": Of.list("Left out: those who said yes.", of: .schema("PartyURN")),
      "broadcast": Of.truth("True: every other authority."), "approvedBy": staff,
      "dateLastSeen": Of.text("YYYY-MM-DD."),
      "disclosureCap": Of.word("The most.", of: DisclosureCap.allCases.map(\.rawValue)),
      "safeToContact": Of.word(
        "How the family may be approached.", of: ["open", "do-not-alert-family", "police-only"]),
    ], optional: ["parties", "broadcast", "approvedBy"]
  ).with("additionalProperties", false)

  private static let answer = Of.object(
    "Who answers, and how much is told at most.",
    [
      "contactOfficer": staff,
      "disclose": Of.word(
        "The most; default `yes-no`.", of: DisclosureCap.allCases.map(\.rawValue)),
      "refusalReason": Of.text("Why it is refused, as a trace response has it."),
    ], optional: ["disclose", "refusalReason"]
  ).with("additionalProperties", false)

  private static let reply = Of.object(
    "Whether an answer was the right child.",
    [
      "answer": .schema("MessageID"),
      "result": Of.word(
        "Result. `withdrawn` may leave out the answer: then every request that is still open is "
          + "taken back.", of: ["confirmed", "wrong-child", "withdrawn"]),
      "verifiedBy": Of.word("How it was verified.", of: TraceBody.verifiedBy),
    ], optional: ["answer"]
  ).with("additionalProperties", false)

  private static let letters = Of.object(
    "What became of the messages.",
    [
      "sent": Of.list(
        "Each recipient.",
        of: Of.object(
          "One message.",
          [
            "recipient": .schema("PartyURN"), "messageId": .schema("MessageID"),
            "refused": Of.text("The code of the refusal."),
            "reasons": Of.list("Of a refusal: each fault with its place.", of: Of.text("A fault.")),
          ], optional: ["messageId", "refused", "reasons"])),
      "caseId": .schema("MessageID"),
    ], optional: ["caseId"])
}
