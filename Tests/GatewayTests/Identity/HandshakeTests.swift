// Which certificates get a connection, which are refused in the handshake and why, and what the
// directory refuses afterwards, request by request. Real TLS on a free port.

import ExchangeModel
import NIOSSL
import Testing

@testable import Gateway

@Suite struct HandshakeTests {
  private static let get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

  /// Connects, asks, and expects no answer: the handshake was refused.
  private func expectRefusal(
    _ harness: EdgeHarness, _ tls: TLSConfiguration, _ reason: TLSRefusal,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let client = try await RawClient.connect(port: harness.port, tls: tls)
    client.send(Self.get)
    #expect(await client.closes(), sourceLocation: sourceLocation)
    #expect(client.pending == "", sourceLocation: sourceLocation)
    #expect(harness.log.refusalReasons == [reason.rawValue], sourceLocation: sourceLocation)
    #expect(harness.server.counters[.requests] == 0, sourceLocation: sourceLocation)
  }

  private func expectRefusal(
    _ reason: TLSRefusal, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout CertificateOrder) -> Void
  ) async throws {
    try await EdgeHarness.with { harness in
      let certificate = try EdgeHarness.party(
        harness.authority, EdgeHarness.surroundings(harness.clock), change)
      harness.directory.register(certificate.summary.spkiSHA256)
      try await expectRefusal(
        harness, harness.clientTLS(certificate), reason, sourceLocation: sourceLocation)
    }
  }

  @Test func refusesNoCertificate() async throws {
    try await EdgeHarness.with { harness in
      try await expectRefusal(harness, harness.clientTLS(nil), .noCertificate)
    }
  }

  @Test func refusesAnExpiredCertificate() async throws {
    try await expectRefusal(.expired) { $0.notAfter = $0.notBefore.adding(seconds: 1800) }
  }

  @Test func refusesACertificateNotYetValid() async throws {
    try await expectRefusal(.notYetValid) { $0.notBefore = $0.notBefore.adding(seconds: 7200) }
  }

  @Test func refusesAServerCertificateAsAClient() async throws {
    try await expectRefusal(.wrongKeyUsage) { $0.usages = [.server] }
  }

  @Test func refusesACertificateThatSaysNoUsage() async throws {
    try await expectRefusal(.wrongKeyUsage) { $0.usages = [] }
  }

  @Test func refusesAnotherAuthority() async throws {
    try await EdgeHarness.with { harness in
      let surroundings = EdgeHarness.surroundings(harness.clock)
      // The same name, another key.
      let other = try CertificateAuthority.create(surroundings: surroundings)
      let certificate = try EdgeHarness.party(other, surroundings)
      harness.directory.register(certificate.summary.spkiSHA256)
      try await expectRefusal(harness, harness.clientTLS(certificate), .otherAuthority)
    }
  }

  @Test func refusesACertificateSignedByAParty() async throws {
    try await EdgeHarness.with { harness in
      let surroundings = EdgeHarness.surroundings(harness.clock)
      let party = try CertificateAuthority(
        certificatePEM: harness.client.certificatePEM, keyPEM: harness.client.keyPEM ?? "")
      var forged = try EdgeHarness.party(party, surroundings)
      harness.directory.register(forged.summary.spkiSHA256)
      forged = IssuedCertificate(
        certificatePEM: forged.certificatePEM + harness.client.certificatePEM,
        keyPEM: forged.keyPEM, summary: forged.summary)
      try await expectRefusal(harness, harness.clientTLS(forged), .badChain)
    }
  }

  @Test func refusesPlainHTTP() async throws {
    try await EdgeHarness.with { harness in
      let client = try await RawClient.connect(port: harness.port, tls: nil)
      client.send(Self.get)
      #expect(await client.closes())
      #expect(harness.log.refusalReasons == ["not-tls"])
    }
  }

  @Test func asksTheDirectoryAtEveryRequest() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      let key = harness.client.summary.spkiSHA256
      #expect(try await client.ask(Self.get).status == 200)
      for code in [RefusalCode.partySuspended, .certificateRevoked, .certificateUnknown] {
        harness.directory.refuse(key, code)
        let answer = try await client.ask(Self.get)
        #expect(answer.status == 403)
        #expect(answer.text.contains("\"code\":\"\(code.rawValue)\""))
      }
      harness.directory.register(key)
      #expect(try await client.ask(Self.get).status == 200)
    }
  }

  @Test func refusesAKeyThatNobodyRegistered() async throws {
    try await EdgeHarness.with { harness in
      let stranger = try EdgeHarness.party(
        harness.authority, EdgeHarness.surroundings(harness.clock))
      let client = try await RawClient.connect(
        port: harness.port, tls: harness.clientTLS(stranger))
      let answer = try await client.ask(Self.get)
      #expect(answer.status == 403)
      #expect(answer.text.contains("certificate-unknown"))
    }
  }

  @Test func noticesThatACertificateExpiresWhileConnected() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      #expect(try await client.ask(Self.get).status == 200)
      harness.clock.move(seconds: 2 * 86_400)
      let answer = try await client.ask(Self.get)
      #expect(answer.status == 403)
      #expect(answer.text.contains("certificate-expired"))
    }
  }

  @Test func dropsTheConnectionsOfOneCertificate() async throws {
    try await EdgeHarness.with { harness in
      let surroundings = EdgeHarness.surroundings(harness.clock)
      let other = try EdgeHarness.party(harness.authority, surroundings)
      harness.directory.register(other.summary.spkiSHA256)
      let first = try await harness.connect()
      let second = try await RawClient.connect(port: harness.port, tls: harness.clientTLS(other))
      #expect(try await first.ask(Self.get).status == 200)
      #expect(try await second.ask(Self.get).status == 200)
      #expect(await harness.server.drop(spkiSHA256: harness.client.summary.spkiSHA256) == 1)
      #expect(await first.closes())
      #expect(try await second.ask(Self.get).status == 200)
    }
  }

  @Test func agreesOnAPostQuantumGroup() async throws {
    try await EdgeHarness.with { harness in
      var tls = try harness.clientTLS(harness.client)
      // The client offers nothing else, so an answer proves the group.
      tls.curves = [.x25519_MLKEM768]
      let client = try await RawClient.connect(port: harness.port, tls: tls)
      #expect(try await client.ask(Self.get).status == 200)
    }
  }

  @Test func takesTLS12OnlyWhenTold() async throws {
    try await EdgeHarness.with { harness in
      var tls = try harness.clientTLS(harness.client)
      tls.maximumTLSVersion = .tlsv12
      try await expectRefusal(harness, tls, .protocolVersion)
    }
    try await EdgeHarness.with({ $0.tls?.minimumVersion = .tls12 }) { harness in
      var tls = try harness.clientTLS(harness.client)
      tls.maximumTLSVersion = .tlsv12
      let client = try await RawClient.connect(port: harness.port, tls: tls)
      #expect(try await client.ask(Self.get).status == 200)
      // Not without forward secrecy and AEAD.
      tls.cipherSuiteValues = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, .TLS_RSA_WITH_AES_128_GCM_SHA256,
      ]
      try await expectRefusal2(harness, tls)
    }
  }

  private func expectRefusal2(_ harness: EdgeHarness, _ tls: TLSConfiguration) async throws {
    let client = try await RawClient.connect(port: harness.port, tls: tls)
    client.send(Self.get)
    #expect(await client.closes())
    #expect(harness.log.refusalReasons == ["nothing-in-common"])
  }

  @Test func takesANewServerCertificateWithoutARestart() async throws {
    try await EdgeHarness.with { harness in
      let old = try await harness.connect()
      #expect(try await old.ask(Self.get).status == 200)
      // The new one comes from another authority: only who trusts that one can see it served.
      let surroundings = EdgeHarness.surroundings(harness.clock)
      let other = try CertificateAuthority.create(surroundings: surroundings)
      let renewed = try other.issue(.server(at: harness.clock.now()), surroundings: surroundings)
      var settings = TLSSettings(
        certificateChain: renewed.certificatePEM, privateKey: renewed.keyPEM ?? "",
        authorities: harness.authority.certificatePEM)
      var tls = try harness.clientTLS(harness.client)
      tls.trustRoots = .certificates(
        try NIOSSLCertificate.fromPEMBytes(Array(other.certificatePEM.utf8)))
      let early = try await RawClient.connect(port: harness.port, tls: tls)
      #expect(await early.closes())
      try harness.server.replaceTLS(settings)
      let late = try await RawClient.connect(port: harness.port, tls: tls)
      #expect(try await late.ask(Self.get).status == 200)
      #expect(try await old.ask(Self.get).status == 200)
      settings.privateKey = harness.client.keyPEM ?? ""
      #expect(throws: TLSSettingsFault.mismatch) { try harness.server.replaceTLS(settings) }
      let after = try await RawClient.connect(port: harness.port, tls: tls)
      #expect(try await after.ask(Self.get).status == 200)
    }
  }
}
