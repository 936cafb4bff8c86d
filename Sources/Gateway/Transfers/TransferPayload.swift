// The payloads of the messages that carry a transfer file. Never holds anything of a pupil but
// the ground of a posting.

import CommonTransfer
import ExchangeModel
import Validation

struct TransferPayload {
  let name: TransferFileName
  let version: String
  let sha256: String
  let size: Int
  let pupils: Int

  init(
    name: TransferFileName, version: String, sha256: String, size: Int, pupils: Int
  ) throws(Refusal) {
    guard pupils > 0 else { throw Refusal(.payloadInvalid) }
    self.name = name
    self.version = version
    self.sha256 = sha256
    self.size = size
    self.pupils = pupils
  }

  /// For a school or an authority.
  var file: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writeFile(to: &writer)
    writer.member("serial", Int64(name.serial))
    writer.member("pupilCount", Int64(pupils))
    writeAttachment(to: &writer)
    writer.endObject()
    return writer.bytes
  }

  /// For the lost pupil pool. The ground keeps its regulations: a letter of 2006 goes in as one.
  func posting(
    ground: String?, leftOn: CivilDate?, by party: Party
  ) throws(Refusal) -> [UInt8] {
    guard let ground, ground.utf8.count == 1 else {
      throw TransferDocuments.refusal(
        "/CTfile/CTFpupilData/Pupil[1]", "P11",
        "Give the ground of the deletion as RemovalGrounds of the school the pupil left.")
    }
    let isHistoric = RemovalGround.isOf2006(leftOn: leftOn)
    var writer = JSONWriter()
    writer.beginObject()
    writeFile(to: &writer)
    writer.member(
      "reason", name.destination == .unknown ? "X-unknown" : "M-out-of-sector")
    writer.key("postedBy")
    writer.beginObject()
    writer.member("name", party.name)
    writer.member("party", party.urn.text)
    writer.endObject()
    if isHistoric {
      writer.member(
        "groundRegulations", LostPupilPosting.Regulations.of2006.rawValue)
      writer.member("historicGround", ground.lowercased())
    } else {
      writer.member("removalGround", ground)
    }
    writeAttachment(to: &writer)
    writer.endObject()
    return writer.bytes
  }

  private func writeFile(to writer: inout JSONWriter) {
    writer.key("ctf")
    writer.beginObject()
    writer.member("fileName", name.text)
    writer.member("version", version)
    writer.member("sha256", sha256)
    writer.endObject()
  }

  private func writeAttachment(to writer: inout JSONWriter) {
    writer.key("attachments")
    writer.beginArray()
    writer.beginObject()
    writer.member("kind", "ctf")
    writer.member("sha256", sha256)
    writer.member("mediaType", "application/xml")
    writer.member("size", Int64(size))
    writer.member("name", name.text)
    writer.endObject()
    writer.endArray()
  }
}
