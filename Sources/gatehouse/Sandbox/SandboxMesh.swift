// The sandbox's MESH door: a mailbox for each agency, passwords made for this sandbox alone, and
// the two workflows whose bytes nobody reads. Never a password in the settings.

import ExchangeModel
import Foundation
import Storage
import Validation

/// The mailboxes' secrets of one sandbox.
struct SandboxMesh {
  static let fileName = "mesh.secrets.json"
  /// Workflows that carry any bytes between all mailboxes, as in NHS England's own sandbox.
  private static let opaque = ["TEST_WORKFLOW", "TEST_WORKFLOW2"]
  private static let opaquePurpose = "healthcare-in-school"
  /// Workflow ids beside the message types' own names.
  private static let workflows = [
    ("MEDICAL_REFERRAL", "gatehouse.medical-referral.v1"),
    ("SAFEGUARDING_REFERRAL", "gatehouse.safeguarding-referral.v1"),
  ]

  let path: String
  let surroundings: Surroundings

  private var file: String { path + "/" + Self.fileName }

  /// Makes the file of secrets when there is none, or when it lacks a mailbox.
  func prepare() throws {
    if let known = try? secrets(),
      SandboxParty.all.allSatisfy({ known.passwords[$0.mailbox] != nil })
    {
      return
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("sharedKey")
    writer.string(secret())
    writer.key("mailboxes")
    writer.beginObject()
    for party in SandboxParty.all {
      writer.key(party.mailbox)
      writer.string(secret())
    }
    writer.endObject()
    writer.endObject()
    try Self.writePrivate(writer.bytes + [0x0A], to: file)
  }

  /// The secrets as the file has them.
  func secrets() throws -> (sharedKey: String, passwords: [String: String]) {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandFailure(.error, "\(file) cannot be read")
    }
    let root = try JSONDocument.parse(Array(data)).root
    var passwords: [String: String] = [:]
    if let mailboxes = root["mailboxes"] {
      for member in mailboxes.members { passwords[member.key] = member.value.string }
    }
    return (root["sharedKey"]?.string ?? "", passwords)
  }

  private func secret() -> String { Hex.text(surroundings.salt().prefix(16)) }

  static func writeSettings(into writer: inout JSONWriter) {
    func text(_ name: String, _ value: String) {
      writer.key(name)
      writer.string(value)
    }
    writer.key("mesh")
    writer.beginObject()
    text("secrets", fileName)
    writer.key("mailboxes")
    writer.beginArray()
    for party in SandboxParty.all {
      writer.beginObject()
      text("mailbox", party.mailbox)
      text("party", party.urn)
      text("name", party.name)
      text("ods", party.odsCode)
      writer.endObject()
    }
    writer.endArray()
    writer.key("workflows")
    writer.beginArray()
    for (id, type) in workflows {
      writer.beginObject()
      text("workflow", id)
      text("type", type)
      writer.endObject()
    }
    writer.endArray()
    writer.key("opaque")
    writer.beginArray()
    for id in opaque {
      writer.beginObject()
      text("workflow", id)
      text("purpose", opaquePurpose)
      for side in ["senders", "receivers"] {
        writer.key(side)
        writer.beginArray()
        writer.string("*")
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }

  /// Writes a file that its owner alone may read, whole: whoever waits for it never reads half.
  static func writePrivate(_ bytes: [UInt8], to path: String) throws {
    let draft = path + ".new"
    unlink(draft)
    guard
      FileManager.default.createFile(
        atPath: draft, contents: Data(bytes), attributes: [.posixPermissions: 0o600]),
      rename(draft, path) == 0
    else { throw CommandFailure(.error, "\(path) cannot be written") }
  }
}

extension SandboxParty {
  /// Its mailbox: `GH`, then authority and slug in capitals.
  var mailbox: String { "GH" + place.uppercased().filter { $0 != "-" } }

  /// Its organisation's code for look-ups: the slug's, or one made of authority and slug.
  var odsCode: String {
    let slug = urn.split(separator: ":").last ?? ""
    return slug.hasPrefix("ods-") ? slug.dropFirst(4).uppercased() : mailbox
  }

  private var place: String {
    String(urn.split(separator: ":").suffix(2).joined())
  }
}
