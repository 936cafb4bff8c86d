// Settings of witnessing: who cosigns our log, and whose logs we cosign.

package import MessageLog
import Validation

/// A witness of our log.
package struct WitnessSetting: Sendable {
  package let name: String
  /// The submission prefix, without a slash at the end.
  package let url: String
  /// The monitoring prefix; the same unless given.
  package let monitor: String
  package let key: NoteKey
  /// A `client.json` with the CA and certificate for calling it; nil for the system's authorities.
  package let profile: String?

  package init(
    name: String, url: String, monitor: String? = nil, key: NoteKey, profile: String? = nil
  ) {
    self.name = name
    self.url = url
    self.monitor = monitor ?? url
    self.key = key
    self.profile = profile
  }
}

extension SettingsReader {
  /// `[{name, url, monitor?, vkey, profile?}]`.
  mutating func witnesses(_ pointer: String, _ folder: String, _ target: inout [WitnessSetting]) {
    for node in objects(pointer, ["name", "url", "monitor", "vkey", "profile"]) {
      guard let name = text(node, "name", pointer), let url = url(node, "url", pointer),
        let key = key(node, .cosignatureV1, pointer)
      else { continue }
      guard !target.contains(where: { $0.name == name || $0.key == key }) else {
        fault(pointer, node, "Name each witness once.")
        continue
      }
      let monitor = node["monitor"] == nil ? nil : self.url(node, "monitor", pointer)
      let profile = node["profile"]?.string.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
      target.append(
        WitnessSetting(name: name, url: url, monitor: monitor, key: key, profile: profile))
    }
  }

  /// `[{origin, vkey}]`; a log may stand twice, with two keys.
  mutating func witnessedLogs(_ pointer: String, _ target: inout [NoteKey]) {
    for node in objects(pointer, ["origin", "vkey"]) {
      guard let origin = text(node, "origin", pointer), let key = key(node, .ed25519, pointer)
      else { continue }
      guard key.name.description.utf8.elementsEqual(origin.utf8) else {
        fault(pointer, node, "The vkey's name must be the origin.")
        continue
      }
      target.append(key)
    }
  }

  private mutating func text(_ node: JSONNode, _ name: String, _ pointer: String) -> String? {
    guard let text = node[name]?.string, !text.isEmpty else {
      fault(pointer, node, "Give each a `\(name)`, as text.")
      return nil
    }
    return text
  }

  private mutating func url(_ node: JSONNode, _ name: String, _ pointer: String) -> String? {
    guard var text = text(node, name, pointer) else { return nil }
    guard text.hasPrefix("https://") || text.hasPrefix("http://"),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      fault(pointer, node, "Write `\(name)` as https://host/path.")
      return nil
    }
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }

  private mutating func key(
    _ node: JSONNode, _ kind: NoteKey.Kind, _ pointer: String
  ) -> NoteKey? {
    guard let text = text(node, "vkey", pointer) else { return nil }
    guard let key = try? NoteKey(vkey: text), key.kind == kind else {
      fault(
        pointer, node,
        kind == .ed25519
          ? "The vkey must be a log's Ed25519 key." : "The vkey must be a witness's (type 04).")
      return nil
    }
    return key
  }
}
