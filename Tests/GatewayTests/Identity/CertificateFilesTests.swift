// Certificates and keys as files: modes, no overwriting, inspection, signing requests.

import Crypto
import ExchangeModel
import Foundation
import SwiftASN1
import Testing
import X509

@testable import Gateway

@Suite struct CertificateFilesTests {
  private let clock = MovableClock()
  private let folder = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString

  private var surroundings: Surroundings { EdgeHarness.surroundings(clock) }

  @Test func writesAnAuthorityOnceAndReadsItAgain() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = try CertificateFiles.createAuthority(directory: folder, surroundings: surroundings)
    let key = folder + "/ca.key.pem"
    let attributes = try FileManager.default.attributesOfItem(atPath: key)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let read = try CertificateFiles.loadAuthority(directory: folder)
    #expect(read.certificatePEM == made.certificatePEM)
    #expect(throws: CertificateFault.fileExists) {
      _ = try CertificateFiles.createAuthority(directory: folder, surroundings: surroundings)
    }
    #expect(try CertificateFiles.inspect(folder + "/ca.pem").first?.isAuthority == true)
  }

  @Test func issuesAPartysCertificateAndSaysWhatItIs() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let authority = try CertificateFiles.createAuthority(
      directory: folder, surroundings: surroundings)
    let urn = try #require(PartyURN("urn:gatehouse:850:4321"))
    let now = clock.now()
    let file = folder + "/parties/4321/certificate.pem"
    let key = folder + "/parties/4321/key.pem"
    let summary = try CertificateFiles.issue(
      .party(urn, days: 30, at: now), by: authority, certificateFile: file, keyFile: key,
      surroundings: surroundings)
    let attributes = try FileManager.default.attributesOfItem(atPath: key)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(summary.subject == "CN=urn:gatehouse:850:4321")
    #expect(summary.usages == [.client])
    #expect(!summary.isAuthority)
    #expect(
      summary.notAfter.milliseconds / 1000 == now.adding(seconds: 30 * 86_400).milliseconds / 1000)
    #expect(try CertificateFiles.inspect(file) == [summary])
    let pem = try #require(try? String(contentsOfFile: key, encoding: .utf8))
    let spki = try P256.Signing.PrivateKey(pemRepresentation: pem).publicKey.derRepresentation
    #expect(summary.spkiSHA256 == hexDigest(of: spki))
  }

  @Test func signsARequestWithoutEverSeeingTheKey() throws {
    let authority = try CertificateAuthority.create(surroundings: surroundings)
    let key = P256.Signing.PrivateKey()
    let asked = try CertificateSigningRequest(
      version: .v1, subject: try DistinguishedName { CommonName("Somebody else") },
      privateKey: Certificate.PrivateKey(key), attributes: .init())
    let urn = try #require(PartyURN("urn:gatehouse:850:iss"))
    let pem = try asked.serializeAsPEM().pemString
    let issued = try authority.issue(
      .party(urn, at: clock.now()), signingRequestPEM: pem, surroundings: surroundings)
    #expect(issued.keyPEM == nil)
    #expect(issued.summary.subject == "CN=urn:gatehouse:850:iss")
    #expect(issued.summary.spkiSHA256 == hexDigest(of: key.publicKey.derRepresentation))
    #expect(throws: CertificateFault.notASigningRequest) {
      _ = try authority.issue(
        .party(urn, at: clock.now()), signingRequestPEM: "nothing", surroundings: surroundings)
    }
  }

  @Test func givesEachCertificateItsOwnSerialAndKey() throws {
    let authority = try CertificateAuthority.create(surroundings: surroundings)
    let order = CertificateOrder.server(at: clock.now())
    let issued = try (0..<20).map { _ in try authority.issue(order, surroundings: surroundings) }
    #expect(Set(issued.map(\.summary.serialNumber)).count == 20)
    #expect(Set(issued.map(\.summary.spkiSHA256)).count == 20)
  }

  @Test func refusesMaterialThatDoesNotBelongTogether() throws {
    let one = try CertificateAuthority.create(surroundings: surroundings)
    let two = try CertificateAuthority.create(surroundings: surroundings)
    #expect(throws: CertificateFault.keyMismatch) {
      _ = try CertificateAuthority(certificatePEM: one.certificatePEM, keyPEM: two.keyPEM)
    }
    #expect(throws: CertificateFault.notACertificate) {
      _ = try CertificateAuthority(certificatePEM: "", keyPEM: two.keyPEM)
    }
    #expect(throws: CertificateFault.notAKey) {
      _ = try CertificateAuthority(certificatePEM: one.certificatePEM, keyPEM: "")
    }
    var order = CertificateOrder.server(at: clock.now())
    order.addresses = ["999.1.1.1"]
    #expect(throws: CertificateFault.notAnAddress) {
      _ = try one.issue(order, surroundings: surroundings)
    }
    #expect(throws: CertificateFault.cannotRead) {
      _ = try CertificateFiles.inspect("/nonexistent/file.pem")
    }
  }
}
