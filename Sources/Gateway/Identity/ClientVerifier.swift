// Verifies a client's certificate chain at the handshake: RFC 5280, clientAuth, key strength, at
// the instant passed in. Never asks the directory: whose key it is, is asked at every request.

import Crypto
import ExchangeModel
import Foundation
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// The authorities a client certificate may chain to, and the rules it must meet.
struct ClientVerifier: Sendable {
  /// Certificates one client may present.
  static let maximumChain = 5

  private let roots: CertificateStore

  init(authorities: [Certificate]) { roots = CertificateStore(authorities) }

  /// Nil when the chain (leaf first, DER) is to be trusted at `now`; else why not.
  func verify(_ chain: [[UInt8]], at now: Timestamp) async -> TLSRefusal? {
    guard !chain.isEmpty else { return .noCertificate }
    guard chain.count <= Self.maximumChain,
      let certificates = try? chain.map({ try Certificate(derEncoded: $0) }),
      let leaf = certificates.first
    else { return .malformed }
    let time = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
    var verifier = Verifier(rootCertificates: roots) {
      RFC5280Policy(fixedExpiryValidationTime: time)
      KeyStrengthPolicy()
      ClientUsagePolicy()
    }
    let result = await verifier.validate(
      leaf: leaf, intermediates: CertificateStore(certificates.dropFirst()))
    switch result {
    case .validCertificate: return nil
    case .couldNotValidate(let failures):
      // No failures: no chain was found to ask the policies about.
      guard !failures.isEmpty else { return .otherAuthority }
      return Self.reason(leaf, certificates, at: time)
    }
  }

  private static func reason(
    _ leaf: Certificate, _ chain: [Certificate], at time: Date
  ) -> TLSRefusal {
    if time > leaf.notValidAfter { return .expired }
    if time < leaf.notValidBefore { return .notYetValid }
    if !chain.allSatisfy(KeyStrengthPolicy.isStrong) { return .weakKey }
    if !ClientUsagePolicy.allows(leaf) { return .wrongKeyUsage }
    return .badChain
  }
}

/// Asks for clientAuth in the leaf's extended key usage (RFC 5280, 4.2.1.12). A certificate
/// without the extension could serve any purpose, so it is refused.
private struct ClientUsagePolicy: VerifierPolicy {
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.keyUsage,
  ]

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    Self.allows(chain.leaf) ? .meetsPolicy : .failsToMeetPolicy(reason: "no clientAuth")
  }

  static func allows(_ leaf: Certificate) -> Bool {
    guard let usages = try? leaf.extensions.extendedKeyUsage, usages.contains(.clientAuth) else {
      return false
    }
    guard let keyUsage = try? leaf.extensions.keyUsage else { return true }
    return keyUsage.digitalSignature
  }
}

/// Asks for signatures with SHA-256 or better and keys that are not too short.
private struct KeyStrengthPolicy: VerifierPolicy {
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = []

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    chain.allSatisfy(Self.isStrong) ? .meetsPolicy : .failsToMeetPolicy(reason: "weak key")
  }

  static func isStrong(_ certificate: Certificate) -> Bool {
    let algorithms: [Certificate.SignatureAlgorithm] = [
      .ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512, .ed25519, .sha256WithRSAEncryption,
      .sha384WithRSAEncryption, .sha512WithRSAEncryption,
    ]
    guard algorithms.contains(certificate.signatureAlgorithm) else { return false }
    let key = certificate.publicKey
    if P256.Signing.PublicKey(key) != nil || P384.Signing.PublicKey(key) != nil
      || P521.Signing.PublicKey(key) != nil || Curve25519.Signing.PublicKey(key) != nil
    {
      return true
    }
    // What is left is RSA: RSAPublicKey (RFC 8017, A.1.1) of a 2048-bit key takes 268 bytes or
    // more, that of a 1024-bit key 140.
    return key.subjectPublicKeyInfoBytes.count >= 266
  }
}
