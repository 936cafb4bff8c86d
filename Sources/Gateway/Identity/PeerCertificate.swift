// Takes the identity out of the certificate that TLS verified. Never reads its names.

import Crypto
import ExchangeModel
import NIOSSL

extension PeerIdentity {
  /// The identity of a certificate; nil when its key cannot be read.
  init?(_ certificate: NIOSSLCertificate) {
    guard let key = try? certificate.extractPublicKey().toSPKIBytes() else { return nil }
    self.init(
      spkiSHA256: hexDigest(of: key),
      notBefore: Timestamp(milliseconds: Int64(certificate.notValidBefore) * 1000),
      notAfter: Timestamp(milliseconds: Int64(certificate.notValidAfter) * 1000))
  }
}

/// SHA-256 of bytes as 64 lower-case hex digits.
func hexDigest(of bytes: some Sequence<UInt8>) -> String {
  Hex.text(SHA256.hash(data: Array(bytes)))
}
