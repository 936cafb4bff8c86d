// The sandbox's folder: a throw-away CA, certificates and profiles of every party, keys, settings.
// Never touches what is there already and still good, so that a sandbox can be started again.

import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage
import Validation

struct SandboxFolder {
  static let origin = "gatehouse.example/sandbox"

  let path: String
  let schemas: String
  let surroundings: Surroundings

  /// Makes what is missing. Returns the settings of the gateway, its port still to be taken.
  func prepare(port: Int) throws -> Settings {
    let hasAuthority = FileManager.default.fileExists(atPath: path + "/ca.pem")
    let authority =
      try hasAuthority
      ? CertificateFiles.loadAuthority(directory: path)
      : CertificateFiles.createAuthority(
        directory: path, name: "Gatehouse sandbox authority", surroundings: surroundings)
    let now = surroundings.now()
    try issue(.server(at: now), by: authority, "server.pem", "server.key.pem")
    for party in SandboxParty.all {
      guard let urn = PartyURN(party.urn) else { continue }
      let folder = "parties/\(party.folder)"
      try issue(
        .party(urn, at: now), by: authority, folder + "/certificate.pem", folder + "/key.pem")
    }
    if !FileManager.default.fileExists(atPath: path + "/log.key.pem") {
      _ = try LogKeyFile.create(
        at: path + "/log.key.pem", vkeyFile: path + "/log.vkey", origin: Self.origin,
        surroundings: surroundings)
    }
    try SandboxMesh(path: path, surroundings: surroundings).prepare()
    try settingsText(port: port).write(
      toFile: path + "/gatehouse.json", atomically: true, encoding: .utf8)
    return try Settings(file: path + "/gatehouse.json")
  }

  /// Registers the parties, uploads the attachments that the examples name as if each had done so
  /// itself, and records the consents they name, so that every example can be sent as it is.
  func register(in store: Store) async throws {
    let documents = exampleDocuments()
    // All at once, so that they share the disk's syncs.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for party in SandboxParty.all {
        group.addTask { try await register(party, documents, in: store) }
      }
      try await group.waitForAll()
    }
    let today = surroundings.now().description.prefix(10)
    if let today = CivilDate(String(today)) {
      try await SandboxConsent.register(in: store, today: today)
    }
  }

  private func register(
    _ party: SandboxParty, _ documents: [ExampleDocument], in store: Store
  ) async throws {
    guard let urn = PartyURN(party.urn) else { return }
    let file = "\(path)/parties/\(party.folder)/certificate.pem"
    let certificate = try CertificateFile.read(file)
    try await store.register(
      Party(
        urn: urn, name: party.name, role: PartyRole(rawValue: party.role),
        certificates: [certificate]))
    for document in documents where document.senders.contains(urn) {
      guard try await !store.holds(document.digest, party: urn) else { continue }
      let upload = try store.attachments.openPartial(document.digest, by: urn, at: 0)
      try document.bytes.withUnsafeBytes { try upload.append($0) }
      try await store.keep(upload, as: document.digest, by: certificate.spkiSHA256)
    }
  }

  /// Writes each party's `client.json` and the sandbox's `sandbox.json`.
  func publish(api port: Int, admin: Int?) throws {
    let mesh = try SandboxMesh(path: path, surroundings: surroundings).secrets()
    for party in SandboxParty.all {
      let folder = "\(path)/parties/\(party.folder)"
      let profile = ClientProfile(
        url: "https://localhost:\(port)", certificateAuthority: "../../ca.pem",
        certificate: "certificate.pem", key: "key.pem", party: party.urn)
      try Data(profile.bytes).write(to: URL(fileURLWithPath: folder + "/client.json"))
    }
    var writer = JSONWriter()
    writer.beginObject()
    func text(_ name: String, _ value: String) {
      writer.key(name)
      writer.string(value)
    }
    text("api", "https://localhost:\(port)")
    if let admin { text("admin", "http://127.0.0.1:\(admin)") }
    text("ca", "ca.pem")
    text("logKey", "log.vkey")
    writer.key("pid")
    writer.integer(Int64(ProcessInfo.processInfo.processIdentifier))
    writer.key("parties")
    writer.beginArray()
    for party in SandboxParty.all {
      writer.beginObject()
      text("urn", party.urn)
      text("name", party.name)
      text("role", party.role)
      text("profile", "parties/\(party.folder)/client.json")
      text("certificate", "parties/\(party.folder)/certificate.pem")
      text("key", "parties/\(party.folder)/key.pem")
      if let password = mesh.passwords[party.mailbox] {
        writer.key("mesh")
        writer.beginObject()
        text("mailbox", party.mailbox)
        text("password", password)
        writer.endObject()
      }
      writer.endObject()
    }
    writer.endArray()
    text("meshSharedKey", mesh.sharedKey)
    writer.endObject()
    // Written whole and renamed: whoever waits for the file never reads half of it.
    try SandboxMesh.writePrivate(writer.bytes + [0x0A], to: path + "/sandbox.json")
  }

  func profile(of party: SandboxParty) throws -> ClientProfile {
    try ClientProfile(file: "\(path)/parties/\(party.folder)/client.json")
  }

  private func issue(
    _ order: CertificateOrder, by authority: CertificateAuthority, _ certificate: String,
    _ key: String
  ) throws {
    let certificateFile = path + "/" + certificate
    let keyFile = path + "/" + key
    if let summary = try? CertificateFiles.inspect(certificateFile).first,
      summary.notAfter > surroundings.now().adding(seconds: 86_400)
    {
      return
    }
    try? FileManager.default.removeItem(atPath: certificateFile)
    try? FileManager.default.removeItem(atPath: keyFile)
    _ = try CertificateFiles.issue(
      order, by: authority, certificateFile: certificateFile, keyFile: keyFile,
      surroundings: surroundings)
  }

  private func settingsText(port: Int) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("schemas")
    writer.string(schemas)
    writer.key("listen")
    writer.beginObject()
    writer.key("port")
    writer.integer(Int64(port))
    writer.key("names")
    writer.beginArray()
    for name in ["localhost", "127.0.0.1"] { writer.string(name) }
    writer.endArray()
    writer.endObject()
    writer.key("admin")
    writer.beginObject()
    writer.key("port")
    writer.integer(0)
    writer.endObject()
    writer.key("log")
    writer.beginObject()
    writer.key("origin")
    writer.string(Self.origin)
    writer.endObject()
    SandboxMesh.writeSettings(into: &writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  /// The files in the `attachments` folders of the message types' examples, each with the senders
  /// of the valid examples that name it.
  private func exampleDocuments() -> [ExampleDocument] {
    guard let walk = FileManager.default.enumerator(atPath: schemas + "/messages") else {
      return []
    }
    var documents: [String: ExampleDocument] = [:]
    var envelopes: [String] = []
    for case let name as String in walk {
      let file = schemas + "/messages/" + name
      if name.hasSuffix(".valid.json") {
        envelopes.append(file)
      } else if name.contains("/examples/attachments/"),
        let digest = FileDigest.sha256(of: file),
        let data = FileManager.default.contents(atPath: file)
      {
        documents[digest] = ExampleDocument(digest: digest, bytes: data, senders: [])
      }
    }
    for file in envelopes {
      guard let data = FileManager.default.contents(atPath: file),
        let envelope = try? EnvelopeReader.read(Array(data), format: .json).envelope
      else { continue }
      let text = String(decoding: data, as: UTF8.self)
      for digest in documents.keys where text.contains(digest) {
        documents[digest]?.senders.insert(envelope.source)
      }
    }
    return documents.values.sorted { $0.digest < $1.digest }
  }
}

/// A document that examples name by its digest.
private struct ExampleDocument: Sendable {
  let digest: String
  let bytes: Data
  var senders: Set<PartyURN>
}
