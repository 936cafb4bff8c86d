// What came, or is coming, by the MESH door, as a value. Never says whether it may be shared.

package import ExchangeModel

/// A transfer by the MESH door: one message, in one chunk or several.
package struct MeshTransfer: Sendable, Equatable {
  /// The door's own id of the message: 32 upper-case hex digits.
  package let meshID: String
  package let source: PartyURN
  /// The envelope's id: with `source` it names the message, once that is admitted.
  package let sourceID: String
  package let recipient: PartyURN
  /// The workflow id, as the sender gave it.
  package let workflow: String
  /// The sender's own reference; nil when it gave none.
  package let localID: String?
  package let chunkCount: Int
  /// Bytes of each chunk on disk, in order.
  package var chunkSizes: [Int64]
  /// The SHA-256 of the last chunk on disk, so that the same one again is known.
  package var lastChunk: [UInt8]?
  /// The header fields that the message will be made of; nil once it is admitted.
  package let headers: [UInt8]?
  /// True when each chunk is a gzip member.
  package let isGzip: Bool
  package let begunAt: Timestamp

  package init(
    meshID: String, source: PartyURN, sourceID: String, recipient: PartyURN, workflow: String,
    localID: String?, chunkCount: Int, chunkSizes: [Int64], lastChunk: [UInt8]?,
    headers: [UInt8]?, isGzip: Bool, begunAt: Timestamp
  ) {
    self.meshID = meshID
    self.source = source
    self.sourceID = sourceID
    self.recipient = recipient
    self.workflow = workflow
    self.localID = localID
    self.chunkCount = chunkCount
    self.chunkSizes = chunkSizes
    self.lastChunk = lastChunk
    self.headers = headers
    self.isGzip = isGzip
    self.begunAt = begunAt
  }

  /// True when every chunk is on disk.
  package var isWhole: Bool { chunkSizes.count == chunkCount }

  /// Bytes on disk.
  package var size: Int64 { chunkSizes.reduce(0, +) }
}

/// A token that was used before: for what it was used is of no matter.
package struct MeshTokenUsed: Error, Sendable {
  package init() {}
}

/// A message that a report of the gateway's is about.
package struct ReportedMessage: Sendable, Equatable {
  package let messageID: MessageID
  /// Its message type, and its sender's own id of it.
  package let type: String
  package let id: String
  /// Where its delivery stood, in the words of the type `delivery-report`.
  package let state: String
  /// Why, in the words of the same; nil where there is no why.
  package let reason: String?
}

/// How the door names a message: as its sender sent it there, or after the gateway's own id.
package struct MeshName: Sendable, Equatable {
  package let messageID: MessageID
  package let meshID: String
  /// The workflow it was sent under; nil when it did not come by this door.
  package let workflow: String?
  package let localID: String?
  /// The chunks it was sent in; 1 when it did not come by this door.
  package let chunkCount: Int

  /// The name of a message that did not come by this door: its id without the dashes.
  package init(_ messageID: MessageID) {
    self.messageID = messageID
    meshID = messageID.text.uppercased().replacing("-", with: "")
    workflow = nil
    localID = nil
    chunkCount = 1
  }

  init(
    _ messageID: MessageID, meshID: String, workflow: String, localID: String?, chunkCount: Int
  ) {
    self.messageID = messageID
    self.meshID = meshID
    self.workflow = workflow
    self.localID = localID
    self.chunkCount = chunkCount
  }

  /// The id of the gateway that a name made of it stands for; nil when it is none.
  package static func messageID(_ meshID: String) -> MessageID? {
    let bytes = Array(meshID.lowercased().utf8)
    guard bytes.count == 32 else { return nil }
    let parts = [bytes[0..<8], bytes[8..<12], bytes[12..<16], bytes[16..<20], bytes[20..<32]]
    return MessageID(String(decoding: Array(parts.joined(separator: [0x2D])), as: UTF8.self))
  }
}
