// A client that resumes its TLS session shows no certificate again: what was true at the first
// handshake must not be believed for ever. OpenSSL's own client plays the peer, which also proves
// that the certificates we make work outside this program.

import ExchangeModel
import Foundation
import Testing

@testable import Gateway

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct ResumptionTests {
  @Test func asksTheDirectoryOnAResumedSession() async throws {
    try await EdgeHarness.with { harness in
      let folder = try OpenSSLFolder(harness)
      defer { folder.remove() }
      let first = try await folder.get(port: harness.port, saving: true)
      #expect(first.contains("New, TLSv1.3"))
      #expect(first.contains("HTTP/1.1 200"))
      let resumed = try await folder.get(port: harness.port, saving: false)
      #expect(resumed.contains("Reused, TLSv1.3"))
      #expect(resumed.contains("hello urn:gatehouse:850:4321"))

      harness.directory.refuse(harness.client.summary.spkiSHA256, .partySuspended)
      let suspended = try await folder.get(port: harness.port, saving: false)
      #expect(suspended.contains("Reused, TLSv1.3"))
      #expect(suspended.contains("HTTP/1.1 403"))
      #expect(suspended.contains("party-suspended"))

      harness.directory.register(harness.client.summary.spkiSHA256)
      harness.clock.move(seconds: 2 * 86_400)
      let expired = try await folder.get(port: harness.port, saving: false)
      #expect(expired.contains("Reused, TLSv1.3"))
      #expect(expired.contains("certificate-expired"))
    }
  }

  @Test(arguments: [("rsa:1024", "-sha256"), ("rsa:2048", "-sha1"), ("rsa:2048", "-sha256")])
  func refusesAWeakKeyOrSignature(_ key: String, _ digest: String) async throws {
    try await EdgeHarness.with { harness in
      let folder = try OpenSSLFolder(harness)
      defer { folder.remove() }
      try folder.write("ca.key", harness.authority.keyPEM)
      try folder.write("usage", "extendedKeyUsage=clientAuth\n")
      _ = try await folder.run([
        "req", "-new", "-newkey", key, "-nodes", "-subj", "/CN=weak", "-keyout", "weak.key",
        "-out", "weak.csr",
      ])
      _ = try await folder.run([
        "x509", "-req", "-in", "weak.csr", "-CA", "ca.pem", "-CAkey", "ca.key", digest,
        "-CAcreateserial", "-extfile", "usage", "-out", "weak.pem",
      ])
      try folder.write("session-client.pem", folder.read("weak.pem") + folder.read("weak.key"))
      let said = try await folder.get(port: harness.port, saving: true)
      let isStrong = key == "rsa:2048" && digest == "-sha256"
      // A good one is refused by the directory only, which shows that the others were made well.
      #expect(said.contains("HTTP/1.1 403") == isStrong)
      #expect(harness.log.refusalReasons.isEmpty == isStrong)
      #expect(harness.server.counters[.requests] == (isStrong ? 1 : 0))
    }
  }

  @Test func makesCertificatesThatOpenSSLTrusts() async throws {
    try await EdgeHarness.with { harness in
      let folder = try OpenSSLFolder(harness)
      defer { folder.remove() }
      for (purpose, file) in [("sslserver", "server.pem"), ("sslclient", "client.pem")] {
        let said = try await folder.run(
          ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", "ca.pem", file])
        #expect(said.contains("\(file): OK"))
      }
      let text = try await folder.run(["x509", "-in", "client.pem", "-noout", "-text"])
      #expect(text.contains("URI:urn:gatehouse:850:4321"))
    }
  }
}

/// The harness's certificates as files, and the openssl command beside them.
private struct OpenSSLFolder {
  let path: String

  init(_ harness: EdgeHarness) throws {
    path = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let party = try #require(PartyURN("urn:gatehouse:850:4321"))
    // For the text of a certificate as `party` makes it.
    let files = [
      "ca.pem": harness.authority.certificatePEM,
      "server.pem": harness.serverCertificate.certificatePEM,
      "session-client.pem": harness.client.certificatePEM + (harness.client.keyPEM ?? ""),
      "client.pem": try harness.authority.issue(
        .party(party, at: harness.clock.now()),
        surroundings: EdgeHarness.surroundings(harness.clock)
      ).certificatePEM,
    ]
    for (name, text) in files { try write(name, text) }
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  func get(port: Int, saving: Bool) async throws -> String {
    try await run(
      [
        "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", "ca.pem", "-cert",
        "session-client.pem", "-tls1_3", "-ign_eof",
        // Lets the client itself use weak keys: it is the server that is tested.
        "-cipher", "DEFAULT@SECLEVEL=0", saving ? "-sess_out" : "-sess_in", "session",
      ], input: "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
  }

  func run(_ arguments: [String], input: String = "") async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    let output = path + "/output-" + UUID().uuidString
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let out = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    let into = Pipe()
    process.standardInput = into
    process.standardOutput = out
    process.standardError = out
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in done.resume() }
      do {
        try process.run()
      } catch {
        return done.resume(throwing: error)
      }
      // It may be gone before it has read anything: its output then tells why.
      try? into.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      if input.isEmpty { try? into.fileHandleForWriting.close() }
    }
    return String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self)
  }
}
