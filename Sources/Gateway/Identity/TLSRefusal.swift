// Why a TLS handshake was refused, for the log alone: the peer only gets a TLS alert.
// Never carries anything from the certificate.

import NIOSSL

/// The `reason` of the log event `tls.refused`.
package enum TLSRefusal: String, Sendable, CaseIterable {
  /// The client offered no certificate.
  case noCertificate = "no-certificate"
  /// The certificate's time is over.
  case expired = "certificate-expired"
  case notYetValid = "certificate-not-yet-valid"
  /// No chain to one of our authorities.
  case otherAuthority = "other-authority"
  /// No clientAuth in its extended key usage, or its key may not sign.
  case wrongKeyUsage = "wrong-key-usage"
  /// A signature algorithm or key too weak to trust.
  case weakKey = "weak-key"
  /// A chain was found but breaks RFC 5280 elsewhere.
  case badChain = "bad-chain"
  /// Not X.509 that can be read, or too many certificates.
  case malformed = "malformed-certificate"
  /// A TLS version below the minimum.
  case protocolVersion = "protocol-version"
  /// No cipher suite or group in common.
  case nothingInCommon = "nothing-in-common"
  /// Not TLS at all.
  case notTLS = "not-tls"
  case timeout = "handshake-timeout"
  case other = "handshake-failed"

  /// Reads the reason out of an error of the TLS library.
  init(_ error: any Error) {
    // BoringSSL's reasons have no typed form here; this text never leaves this function.
    let text = String(describing: error)
    let reasons: [(String, TLSRefusal)] = [
      ("PEER_DID_NOT_RETURN_A_CERTIFICATE", .noCertificate),
      ("UNSUPPORTED_PROTOCOL", .protocolVersion), ("WRONG_VERSION_NUMBER", .notTLS),
      ("HTTP_REQUEST", .notTLS), ("HTTPS_PROXY_REQUEST", .notTLS),
      ("NO_SHARED_CIPHER", .nothingInCommon), ("NO_SHARED_GROUP", .nothingInCommon),
      ("NO_COMMON_SIGNATURE_ALGORITHMS", .nothingInCommon),
    ]
    self = reasons.first { text.contains($0.0) }?.1 ?? .other
  }
}

/// What the verification of one handshake found, for the connection to log. Stays on its loop.
final class HandshakeNotes {
  var reason: TLSRefusal?
}
