// A certificate authority on P-256: makes itself, and issues server and party certificates.
// Never keeps a subject's key: it is handed back once. Time and serials are passed in.

import Crypto
package import ExchangeModel
import Foundation
import SwiftASN1
import X509

/// An authority that can sign.
package struct CertificateAuthority: Sendable {
  /// Its certificate in PEM.
  package let certificatePEM: String
  private let certificate: Certificate
  private let key: P256.Signing.PrivateKey

  /// A new authority, valid from an hour before `now` (clocks differ) for `days` days.
  package static func create(
    name: String = "Gatehouse authority", days: Int64 = 3650, surroundings: Surroundings
  ) throws -> CertificateAuthority {
    let key = P256.Signing.PrivateKey()
    let issuerKey = Certificate.PrivateKey(key)
    let now = surroundings.now()
    let subject = try DistinguishedName { CommonName(name) }
    let certificate = try Certificate(
      version: .v3, serialNumber: serial(surroundings), publicKey: issuerKey.publicKey,
      notValidBefore: date(now.adding(seconds: -3600)),
      notValidAfter: date(now.adding(seconds: days * 86_400)), issuer: subject, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: issuerKey.publicKey)
      }, issuerPrivateKey: issuerKey)
    return try CertificateAuthority(certificate, key)
  }

  /// The authority of these PEM texts. Throws `CertificateFault` when they do not belong together.
  package init(certificatePEM: String, keyPEM: String) throws {
    guard let certificate = try? Certificate(pemEncoded: certificatePEM) else {
      throw CertificateFault.notACertificate
    }
    guard let key = try? P256.Signing.PrivateKey(pemRepresentation: keyPEM) else {
      throw CertificateFault.notAKey
    }
    guard Certificate.PrivateKey(key).publicKey == certificate.publicKey else {
      throw CertificateFault.keyMismatch
    }
    try self.init(certificate, key)
  }

  private init(_ certificate: Certificate, _ key: P256.Signing.PrivateKey) throws {
    self.certificate = certificate
    self.key = key
    certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
  }

  /// The authority's private key in PEM, to be stored with mode 0600.
  package var keyPEM: String { key.pemRepresentation + "\n" }

  /// Issues a certificate with a fresh key.
  package func issue(
    _ request: CertificateOrder, surroundings: Surroundings
  ) throws -> IssuedCertificate {
    let subjectKey = P256.Signing.PrivateKey()
    return try sign(
      request, Certificate.PrivateKey(subjectKey).publicKey,
      keyPEM: subjectKey.pemRepresentation + "\n", surroundings)
  }

  /// Issues a certificate for the key of a signing request (PKCS#10, PEM), so that the key never
  /// leaves its owner. Of the request only the key is used; names come from `request`.
  package func issue(
    _ request: CertificateOrder, signingRequestPEM: String, surroundings: Surroundings
  ) throws -> IssuedCertificate {
    guard let asked = try? CertificateSigningRequest(pemEncoded: signingRequestPEM) else {
      throw CertificateFault.notASigningRequest
    }
    guard asked.publicKey.isValidSignature(asked.signature, for: asked) else {
      throw CertificateFault.notASigningRequest
    }
    return try sign(request, asked.publicKey, keyPEM: nil, surroundings)
  }

  private func sign(
    _ order: CertificateOrder, _ publicKey: Certificate.PublicKey, keyPEM: String?,
    _ surroundings: Surroundings
  ) throws -> IssuedCertificate {
    let names = try order.alternativeNames()
    let usages = order.extendedKeyUsages
    let issued = try Certificate(
      version: .v3, serialNumber: Self.serial(surroundings), publicKey: publicKey,
      notValidBefore: Self.date(order.notBefore), notValidAfter: Self.date(order.notAfter),
      issuer: certificate.subject,
      subject: try DistinguishedName { CommonName(order.commonName) },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        if !usages.isEmpty { try ExtendedKeyUsage(usages) }
        if !names.isEmpty { SubjectAlternativeNames(names) }
        SubjectKeyIdentifier(hash: publicKey)
        AuthorityKeyIdentifier(
          keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    return IssuedCertificate(
      certificatePEM: try issued.serializeAsPEM().pemString + "\n", keyPEM: keyPEM,
      summary: CertificateSummary(issued))
  }

  /// 126 random bits, positive and never zero (RFC 5280, 4.1.2.2).
  private static func serial(_ surroundings: Surroundings) -> Certificate.SerialNumber {
    var bytes: [UInt8] = []
    for _ in 0..<2 {
      withUnsafeBytes(of: surroundings.random().bigEndian) { bytes.append(contentsOf: $0) }
    }
    bytes[0] = bytes[0] & 0x3F | 0x40
    return Certificate.SerialNumber(bytes: bytes)
  }

  private static func date(_ time: Timestamp) -> Date {
    Date(timeIntervalSince1970: Double(time.milliseconds / 1000))
  }
}

/// A certificate just made.
package struct IssuedCertificate: Sendable {
  package let certificatePEM: String
  /// Nil when the subject kept its key.
  package let keyPEM: String?
  package let summary: CertificateSummary
}

/// What is wrong with certificate material.
package enum CertificateFault: String, Error, Sendable {
  case notACertificate = "this is not a PEM certificate"
  case notAKey = "this is not a P-256 private key in PEM"
  case notASigningRequest = "this is not a PEM certificate signing request with a good signature"
  case keyMismatch = "the key does not belong to the certificate"
  case notAnAddress = "this is not an IP address"
  case fileExists = "the file exists already and is not overwritten"
  case cannotRead = "the file cannot be read"
  case cannotWrite = "the file cannot be written"
}
