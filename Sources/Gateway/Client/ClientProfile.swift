// A party's way to the gateway: URL, CA, certificate and key, as `client.json` names them.
// Never holds the key itself, only where it lies.

import ExchangeModel
import Foundation
import Validation

/// A `client.json` profile. Paths are relative to the file.
package struct ClientProfile: Sendable, Equatable {
  /// The gateway's base URL, `https://host:port`.
  package var url: String
  package var certificateAuthority: String
  package var certificate: String
  package var key: String
  /// The party's URN, for people; the certificate decides.
  package var party: String

  package init(
    url: String, certificateAuthority: String, certificate: String, key: String, party: String
  ) {
    self.url = url
    self.certificateAuthority = certificateAuthority
    self.certificate = certificate
    self.key = key
    self.party = party
  }

  /// Reads a profile. Throws `ClientFault` saying what is missing.
  package init(file path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ClientFault.profile("\(path): cannot be read; give --profile FILE")
    }
    let root: JSONNode
    do {
      root = try JSONDocument.parse(Array(data)).root
    } catch {
      throw ClientFault.profile("\(path): line \(error.issue.line ?? 1): \(error.issue.message)")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    func text(_ name: String) throws -> String {
      guard let value = root[name]?.string, !value.isEmpty else {
        throw ClientFault.profile("\(path): \(name) is missing")
      }
      return value
    }
    func file(_ name: String) throws -> String {
      let value = try text(name)
      return value.hasPrefix("/") ? value : folder + "/" + value
    }
    self.init(
      url: try text("url"), certificateAuthority: try file("ca"),
      certificate: try file("certificate"), key: try file("key"), party: try text("party"))
  }

  /// The profile as JSON, with the paths as they are.
  package var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("url", url)
    writer.member("ca", certificateAuthority)
    writer.member("certificate", certificate)
    writer.member("key", key)
    writer.member("party", party)
    writer.endObject()
    return writer.bytes + [0x0A]
  }
}

/// What keeps a party's side from working.
package enum ClientFault: Error, Sendable, CustomStringConvertible {
  case profile(String)
  /// The gateway cannot be reached, or the TLS handshake failed.
  case unreachable(String)

  package var description: String {
    switch self {
    case .profile(let text): text
    case .unreachable(let text): text
    }
  }
}
