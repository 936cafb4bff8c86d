// Who is at the other end of a connection, as its certificate says. Never holds the subject: a
// certificate's name proves nothing here, its key does (the directory registers keys).

package import ExchangeModel

/// A verified client certificate, reduced to what admission needs; taken once a connection.
package struct PeerIdentity: Sendable, Hashable {
  /// SHA-256 of the SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), 64 lower-case hex digits.
  package let spkiSHA256: String
  package let notBefore: Timestamp
  package let notAfter: Timestamp

  package init(spkiSHA256: String, notBefore: Timestamp, notAfter: Timestamp) {
    self.spkiSHA256 = spkiSHA256
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// Why the certificate does not hold at this instant; nil when it does.
  ///
  /// Asked at every request: the handshake's check is as old as the connection, and a resumed TLS
  /// session shows no certificate at all.
  package func check(at now: Timestamp) -> RefusalCode? {
    if now < notBefore { return .certificateNotYetValid }
    if now > notAfter { return .certificateExpired }
    return nil
  }
}
