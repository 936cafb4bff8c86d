// The TLS profile of the listener: TLS 1.3 (1.2 by setting, with forward secrecy and AEAD only),
// post-quantum key exchange first, client certificates required. Never renegotiates, and takes no
// early data: a replayed first flight must not admit a message.

import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// The server's certificate and key, and whom it trusts.
package struct TLSSettings: Sendable {
  /// The oldest protocol version that is taken.
  package enum MinimumVersion: String, Sendable, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }

  /// The server's chain, leaf first, and its key, in PEM.
  package var certificateChain: String
  package var privateKey: String
  /// The authorities of client certificates, in PEM.
  package var authorities: String
  package var minimumVersion = MinimumVersion.tls13
  /// False only for pages for people, which sign in otherwise.
  package var requiresClientCertificate = true

  package init(certificateChain: String, privateKey: String, authorities: String) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.authorities = authorities
  }
}

/// A TLS context made from settings, with the verifier that goes with it.
struct TLSMaterial: Sendable {
  let context: NIOSSLContext
  let verifier: ClientVerifier?

  /// Throws `TLSSettingsFault` when the PEM texts do not make a working server.
  init(_ settings: TLSSettings) throws {
    let chain = try Self.certificates(settings.certificateChain, .certificateChain)
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(bytes: Array(settings.privateKey.utf8), format: .pem)
    } catch { throw TLSSettingsFault.privateKey }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion =
      switch settings.minimumVersion {
      case .tls12: .tlsv12
      case .tls13: .tlsv13
      }
    configuration.cipherSuiteValues = Self.cipherSuites
    configuration.curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
    configuration.verifySignatureAlgorithms = Self.signatures
    configuration.renegotiationSupport = .none
    configuration.applicationProtocols = ["http/1.1"]
    configuration.shutdownTimeout = .seconds(2)
    if settings.requiresClientCertificate {
      let authorities = try Self.certificates(settings.authorities, .authorities)
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates(authorities)
      configuration.sendCANameList = true
      verifier = ClientVerifier(
        authorities: try authorities.map { try Certificate(derEncoded: $0.toDERBytes()) })
    } else {
      verifier = nil
    }
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch { throw TLSSettingsFault.mismatch }
  }

  /// TLS 1.2 suites with ephemeral keys and AEAD; those of TLS 1.3 are all good.
  private static let cipherSuites: [NIOTLSCipher] = [
    .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ]

  /// No SHA-1, no PKCS#1 v1.5 signatures.
  private static let signatures: [SignatureAlgorithm] = [
    .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .ecdsaSecp521R1Sha512, .ed25519,
    .rsaPssRsaeSha256, .rsaPssRsaeSha384, .rsaPssRsaeSha512,
  ]

  private static func certificates(
    _ pem: String, _ fault: TLSSettingsFault
  ) throws -> [NIOSSLCertificate] {
    guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), !found.isEmpty else {
      throw fault
    }
    return found
  }
}

/// What is wrong with TLS settings; says which file, never its content.
package enum TLSSettingsFault: String, Error, Sendable {
  case certificateChain = "the certificate chain is not PEM certificates"
  case privateKey = "the private key is not a PEM key"
  case authorities = "the authorities are not PEM certificates"
  case mismatch = "the certificate and the private key do not belong together"
}
