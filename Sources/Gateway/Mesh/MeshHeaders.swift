// The Mex- fields of a message that is sent by the MESH door: read, bounded, and kept beside the
// chunks until the message is whole. Never trusted: a field says what the sender calls its message.

import ExchangeModel
import Validation

/// What a sender says of its message.
struct MeshHeaders: Sendable, Equatable {
  var to = ""
  var workflow = ""
  var subject: String?
  var fileName: String?
  var localID: String?
  var partnerID: String?
  var checksum: String?
  var contentType: String?
  var isEncrypted: Bool?
  var isCompressed: Bool?

  /// Characters that each field may have (MESH API).
  private static let (toLength, workflowLength, subjectLength) = (100, 300, 500)
  private static let (fileLength, localLength, partnerLength) = (300, 300, 500)
  private static let (flagLength, checksumLength, typeLength) = (20, 100, 100)

  /// Reads the fields of a first chunk. Throws what the MESH API answers to a bad one.
  init(_ request: HTTPRequest) throws(MeshRefusal) {
    func field(_ name: String, _ most: Int) throws(MeshRefusal) -> String? {
      guard let value = request.header(name) else { return nil }
      // Bytes that are no UTF-8 arrive replaced.
      let text = value.replacing("\u{FFFD}", with: "?").trimmedSpaces
      guard text.unicodeScalars.count <= most else {
        throw MeshRefusal.field(name, "At most \(most) characters")
      }
      guard text.unicodeScalars.allSatisfy(Self.isAllowed) else { throw .badControl }
      return text.isEmpty ? nil : text
    }
    guard let to = try field("Mex-To", Self.toLength) else { throw .noRecipient }
    guard let workflow = try field("Mex-WorkflowID", Self.workflowLength) else {
      throw MeshRefusal.field("Mex-WorkflowID", "Field required")
    }
    checksum = try field("Mex-Content-Checksum", Self.checksumLength)
    for text in [to, workflow, checksum ?? ""] {
      let start = text.lowercased()
      guard !start.hasPrefix("http://"), !start.hasPrefix("https://") else { throw .badControl }
    }
    guard checksum?.utf8.allSatisfy(Self.isChecksumByte) ?? true else { throw .badChecksum }
    self.to = to.uppercased()
    self.workflow = workflow
    subject = try field("Mex-Subject", Self.subjectLength)
    fileName = try field("Mex-FileName", Self.fileLength)
    localID = try field("Mex-LocalID", Self.localLength)
    partnerID = try field("Mex-PartnerID", Self.partnerLength)
    contentType = try field("Mex-Content-Type", Self.typeLength)
    if contentType == nil { contentType = try field("Content-Type", Self.typeLength) }
    let encrypted = try field("Mex-Content-Encrypted", Self.flagLength)
    let compressed = try field("Mex-Content-Compressed", Self.flagLength)
    isEncrypted = encrypted.map(Self.isTrue)
    isCompressed = compressed.map(Self.isTrue)
  }

  // MARK: Kept

  /// As JSON, to be kept until the last chunk.
  var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("to", to)
    writer.member("workflow", workflow)
    for (name, place) in Self.texts {
      if let value = self[keyPath: place] { writer.member(name, value) }
    }
    for (name, place) in Self.flags {
      guard let value = self[keyPath: place] else { continue }
      writer.key(name)
      writer.bool(value)
    }
    writer.endObject()
    return writer.bytes
  }

  /// Nil when the bytes are none of ours.
  init?(bytes: [UInt8]) {
    guard let root = try? JSONDocument.parse(bytes).root, let to = root["to"]?.string,
      let workflow = root["workflow"]?.string
    else { return nil }
    self.to = to
    self.workflow = workflow
    for (name, place) in Self.texts { self[keyPath: place] = root[name]?.string }
    for (name, place) in Self.flags { self[keyPath: place] = root[name]?.bool }
  }

  nonisolated(unsafe) private static let texts: [(String, WritableKeyPath<Self, String?>)] = [
    ("subject", \.subject), ("fileName", \.fileName), ("localID", \.localID),
    ("partnerID", \.partnerID), ("checksum", \.checksum), ("contentType", \.contentType),
  ]
  nonisolated(unsafe) private static let flags: [(String, WritableKeyPath<Self, Bool?>)] = [
    ("isEncrypted", \.isEncrypted), ("isCompressed", \.isCompressed),
  ]

  // MARK: Characters

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0xFFFE, 0xFFFF: false
    default: true
    }
  }

  private static func isChecksumByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
      || [0x20, 0x2D, 0x2F, 0x3A].contains(byte)
  }

  private static func isTrue(_ text: String) -> Bool {
    ["y", "yes", "t", "true", "on", "1"].contains(text.lowercased())
  }
}

/// Which chunk of how many: `n:N`.
struct MeshChunkRange: Sendable, Equatable {
  let number: Int
  let count: Int

  /// Without a field it is `1:1`. Nil when the field is malformed or out of order.
  init?(_ field: String?) {
    guard let field else {
      (number, count) = (1, 1)
      return
    }
    let parts = field.trimmedSpaces.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, field.utf8.count <= 20,
      let number = Int(parts[0].filter { $0 != " " }),
      let count = Int(parts[1].filter { $0 != " " }), number >= 1, number <= count
    else { return nil }
    (self.number, self.count) = (number, count)
  }
}

extension String {
  /// Without the blanks and no-break spaces around it.
  var trimmedSpaces: String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" || first == "\u{A0}" {
      text.removeFirst()
    }
    while let last = text.last, last == " " || last == "\t" || last == "\u{A0}" {
      text.removeLast()
    }
    return String(text)
  }
}
