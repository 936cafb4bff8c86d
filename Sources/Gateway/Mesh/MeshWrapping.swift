// How what came by the MESH door becomes an envelope: taken as it is when it is one, else wrapped.
// Made the same way each time, byte for byte, so that a second try is a duplicate. Never checks
// what it wraps: Admission does.

import ExchangeModel
import Storage
import Validation

extension MeshDoor {
  /// An envelope, ready to be admitted.
  struct Message: Sendable {
    let bytes: [UInt8]
    let format: ContentFormat
  }

  /// The id of the message that a transfer will be: the sender's own reference for a typed one, so
  /// that sending it again is a duplicate and not a second message.
  ///
  /// An envelope that comes whole has an id of its own; then this one is put right in `message`.
  func sourceID(_ meshID: String, _ headers: MeshHeaders, _ route: MeshRoute) -> String {
    guard case .typed = route, let local = headers.localID, local.utf8.count <= 256,
      local.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return "mesh-" + meshID.lowercased() }
    return local
  }

  func message(
    of transfer: MeshTransfer, _ headers: MeshHeaders, by spkiSHA256: String
  ) async throws -> Message {
    switch try route(of: transfer) {
    case .opaque(let purpose):
      let digest = try await store.keepUpload(transfer.meshID, by: spkiSHA256)
      let content = OpaqueTransfer(
        headers, chunks: transfer.chunkSizes, isGzip: transfer.isGzip, sha256: digest)
      let payload = Payload(format: .json, bytes: content.payload)
      return wrapped(payload, of: OpaqueTransfer.type, for: purpose, transfer)
    case .typed(let type, let purpose):
      guard let bytes = store.uploadedBytes(transfer.meshID) else {
        throw MeshRefusal(.temporarilyUnavailable)
      }
      let content = transfer.isGzip ? try unpacked(bytes) : bytes
      if let format = MediaType.envelopeFormat(headers.contentType) {
        return try await whole(content, format, of: type, transfer)
      }
      guard let purpose else {
        throw MeshRefusal(
          417, "SEND", "17", "The gateway's settings name no purpose for this workflow")
      }
      do {
        let payload = try payload(content, Self.format(headers.contentType, content))
        return wrapped(payload, of: type, for: purpose, transfer)
      } catch let refusal as Refusal {
        throw try await admission.record(
          refusal, of: .certificate(spkiSHA256), type: type)
      }
    }
  }

  /// A bare payload, known to be one value of its format, so that nothing in it can pass for a
  /// part of the envelope.
  private func payload(_ bytes: [UInt8], _ format: ContentFormat) throws -> Payload {
    do {
      switch format {
      case .json:
        let root = try JSONDocument.parse(bytes, limits: limits).root
        return Payload(format: .json, bytes: Array(root.rawBytes))
      case .xml:
        let document = try XMLDocument.parse(bytes, limits: limits)
        return Payload(format: .xml, bytes: Array(document.bytes[document.root.byteRange]))
      }
    } catch {
      throw Refusal(.malformedEnvelope, issues: [error.issue])
    }
  }

  private func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
    do {
      return try Gunzip.content(of: bytes, limit: limits.envelopeBytes)
    } catch GzipFault.tooLarge {
      throw MeshRefusal.tooLarge
    } catch is GzipFault {
      throw MeshRefusal.badGzip
    }
  }

  private func wrapped(
    _ payload: Payload, of type: String, for purpose: String, _ transfer: MeshTransfer
  ) -> Message {
    let envelope = Envelope(
      id: transfer.sourceID, source: transfer.source, type: type, recipient: transfer.recipient,
      purpose: Purpose(rawValue: purpose), payload: payload)
    return Message(
      bytes: EnvelopeWriter.write(envelope, as: payload.format), format: payload.format)
  }

  /// An envelope that came whole must say what the fields say.
  private func whole(
    _ bytes: [UInt8], _ format: ContentFormat, of type: String, _ transfer: MeshTransfer
  ) async throws -> Message {
    guard
      let envelope = try? EnvelopeReader.read(bytes, format: format, limits: limits).envelope
    else {
      // Admission says what is wrong with it, and puts the refusal on record.
      return Message(bytes: bytes, format: format)
    }
    guard envelope.recipient == transfer.recipient else {
      throw MeshRefusal(417, "SEND", "12", "The envelope's recipient is not the party of Mex-To")
    }
    guard envelope.type.utf8.elementsEqual(type.utf8) else {
      throw MeshRefusal(417, "SEND", "17", "The envelope's type is not the one of this workflow")
    }
    try await store.rename(transfer.meshID, to: envelope.id)
    return Message(bytes: bytes, format: format)
  }

  /// The format of a bare payload: what its type says, else what its first byte says.
  private static func format(_ contentType: String?, _ bytes: [UInt8]) -> ContentFormat {
    let name = contentType?.lowercased().split(separator: ";").first.map { String($0) } ?? ""
    if name.trimmedSpaces.hasSuffix("json") { return .json }
    if name.trimmedSpaces.hasSuffix("xml") { return .xml }
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    return first == UInt8(ascii: "<") ? .xml : .json
  }
}
