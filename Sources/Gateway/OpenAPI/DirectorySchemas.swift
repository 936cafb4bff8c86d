// The schemas of the listings of parties and message types. Held to DirectoryRoutes.swift by a
// test.

enum DirectorySchemas {
  private typealias Of = DescribedSchemas

  static let all: [(String, DocumentValue)] = [
    ("Parties", parties), ("Party", party), ("Catalogue", catalogue),
    ("MessageType", messageType), ("AttachmentRule", attachmentRule),
  ]

  private static let parties = Of.object(
    "The live parties.", ["parties": Of.list("By URN.", of: .schema("Party"))])

  private static let party = Of.object(
    "An agency or team that sends and receives.",
    [
      "urn": .schema("PartyURN"),
      "name": Of.text("Its name, for people."),
      "role": Of.text("What kind of party it is, e.g. `school`."),
    ])

  private static let catalogue = Of.object(
    "The message types that this gateway carries.",
    [
      "version": Of.text("Changes whenever a message type or a schema does."),
      "messageTypes": Of.list("By type.", of: .schema("MessageType")),
    ])

  private static let messageType = Of.object(
    "A kind of message: who may send it to whom, on what grounds, and how it must look.",
    [
      "type": Of.text("The envelope's `type`, e.g. `gatehouse.medical-referral.v1`."),
      "code": Of.text("Its short code, e.g. `MED.REF`."),
      "title": Of.text("Its name, for people."),
      "description": Of.text("What it is for."),
      "maySend": Of.truth("Whether a party of the caller's role may send it."),
      "mayReceive": Of.truth("Whether a party of the caller's role may receive it."),
      "routes": Of.list(
        "Who may send it to whom, by role.",
        of: Of.object(
          "One way it may go.",
          [
            "from": words("Roles that may send it."),
            "to": words("Roles it may be sent to."),
            "sameAuthority": Of.truth("Whether both must be of one local authority."),
          ])),
      "purposes": words("Purposes it may state."),
      "lawfulBases": words("Lawful bases it may rest on; the first is the default."),
      "specialConditions": words("Special conditions it may rest on; the first is the default."),
      "legalGateways": words("Statutory powers it may rest on; the first is the default."),
      "consentRule": Of.text("The consent rule, `CN0` to `CN6`."),
      "attachments": Of.list("What may or must come with it.", of: .schema("AttachmentRule")),
      "jsonSchema": Of.text("Where the payload's JSON Schema is.")
        .with("format", "uri-reference"),
      "xmlSchema": Of.text("Where the payload's XML Schema is.").with("format", "uri-reference"),
    ])

  private static let attachmentRule = Of.object(
    "An attachment that a message of this type may or must have.",
    [
      "kind": Of.text("What it is, e.g. `attendance-certificate`."),
      "required": Of.truth("Whether the message needs it."),
      "mediaTypes": words("Media types it may have."),
    ])

  private static func words(_ description: String) -> DocumentValue {
    Of.list(description, of: ["type": "string"])
  }
}
