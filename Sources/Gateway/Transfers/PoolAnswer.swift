// What the lost pupil pool answers: the result of a search, and a file that was released.
// Never says more of a child than initials, year group and authority.

import CommonTransfer
import Storage
import Validation

enum PoolAnswer {
  /// The payload of a search's result, from the lines that the store wrote: posting, initials,
  /// year group, authority, and on what it agreed, separated by spaces.
  static func payload(hits: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("hits")
    writer.beginArray()
    for line in hits.split(separator: "\n") {
      let parts = line.split(separator: " ").map { String($0) }
      guard parts.count == 5 else { continue }
      let words = parts[4].split(separator: "+").map { String($0) }
      writer.beginObject()
      writer.member("postingId", parts[0])
      writer.member("initials", parts[1])
      writer.member("yearGroup", parts[2])
      writer.member("postingLA", parts[3])
      writer.key("score")
      writer.number(words.contains("upn") ? "1" : "0.9")
      writer.key("matchedOn")
      writer.beginArray()
      for word in words { writer.string(word) }
      if words.contains("name") { writer.string("dob") }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.key("searchLogged")
    writer.bool(true)
    writer.endObject()
    return writer.bytes
  }

  /// The payload that hands a released file over. Its name stays that under which it was posted.
  static func release(_ detail: [String: String]) -> [UInt8] {
    guard let name = detail["fileName"].flatMap({ TransferFileName($0) }),
      let payload = try? TransferPayload(
        name: name, version: detail["version"] ?? "", sha256: detail["sha256"] ?? "",
        size: detail["size"].flatMap { Int($0) } ?? 0, pupils: 1)
    else { return [] }
    return payload.file
  }
}
