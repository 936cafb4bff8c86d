// What a certificate says, for `gatehouse certificate inspect` and for registering a party's key.
// Never says whether it is to be trusted.

package import ExchangeModel
import Foundation
import SwiftASN1
import X509

/// The facts of one certificate.
package struct CertificateSummary: Sendable, Equatable {
  /// The subject and issuer as RFC 4514 text.
  package let subject: String
  package let issuer: String
  /// Upper-case hex.
  package let serialNumber: String
  package let notBefore: Timestamp
  package let notAfter: Timestamp
  /// The name a party is registered by: SHA-256 of the SubjectPublicKeyInfo in hex.
  package let spkiSHA256: String
  package let isAuthority: Bool
  /// `server`, `client`; empty when the certificate does not say.
  package let usages: [CertificateOrder.Usage]

  /// The summaries of all certificates in a PEM text.
  /// Throws `CertificateFault.notACertificate`.
  package static func read(pem: String) throws -> [CertificateSummary] {
    guard let documents = try? PEMTexts.split(pem), !documents.isEmpty,
      let certificates = try? documents.map({ try Certificate(pemEncoded: $0) })
    else { throw CertificateFault.notACertificate }
    return certificates.map { CertificateSummary($0) }
  }

  init(_ certificate: Certificate) {
    subject = certificate.subject.description
    issuer = certificate.issuer.description
    serialNumber = certificate.serialNumber.bytes.map { byte in
      let text = String(byte, radix: 16, uppercase: true)
      return text.utf8.count == 1 ? "0" + text : text
    }.joined()
    notBefore = Self.timestamp(certificate.notValidBefore)
    notAfter = Self.timestamp(certificate.notValidAfter)
    // (`subjectPublicKeyInfoBytes` is the bare key; the registered name is of the whole structure.)
    let key = try? certificate.publicKey.serializeAsPEM().derBytes
    spkiSHA256 = hexDigest(of: key ?? [])
    isAuthority =
      if case .isCertificateAuthority? = try? certificate.extensions.basicConstraints { true } else
      {
        false
      }
    let usages = (try? certificate.extensions.extendedKeyUsage).map { Array($0) } ?? []
    self.usages = CertificateOrder.Usage.allCases.filter {
      switch $0 {
      case .server: usages.contains(.serverAuth)
      case .client: usages.contains(.clientAuth)
      }
    }
  }

  private static func timestamp(_ date: Date) -> Timestamp {
    Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
  }
}

/// Splits a PEM text into its certificates.
enum PEMTexts {
  private static let end = "-----END CERTIFICATE-----"

  /// Each certificate with its own frame lines, in order.
  static func split(_ text: String) throws -> [String] {
    var found: [String] = []
    var current: [Substring] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if line == "-----BEGIN CERTIFICATE-----" { current = [] }
      current.append(line)
      if line == end {
        found.append(current.joined(separator: "\n"))
        current = []
      }
    }
    return found
  }
}
