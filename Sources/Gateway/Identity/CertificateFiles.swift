// Certificates and keys as PEM files. Keys are written with mode 0600 and nothing is overwritten:
// a lost authority key cannot be had back. Never logs a path's content.

package import ExchangeModel
import Foundation
import NIOSSL

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads and writes certificate material in a directory.
package enum CertificateFiles {
  /// The file names in an authority's directory.
  package static let authorityCertificate = "ca.pem"
  package static let authorityKey = "ca.key.pem"

  /// Makes an authority and writes `ca.pem` and `ca.key.pem`. Throws `CertificateFault`.
  package static func createAuthority(
    directory: String, name: String = "Gatehouse authority", days: Int64 = 3650,
    surroundings: Surroundings
  ) throws -> CertificateAuthority {
    let authority = try CertificateAuthority.create(
      name: name, days: days, surroundings: surroundings)
    try makeDirectory(directory)
    try write(authority.keyPEM, to: directory + "/" + authorityKey, mode: 0o600)
    try write(authority.certificatePEM, to: directory + "/" + authorityCertificate, mode: 0o644)
    return authority
  }

  /// Reads the authority of a directory. Throws `CertificateFault`.
  package static func loadAuthority(directory: String) throws -> CertificateAuthority {
    try CertificateAuthority(
      certificatePEM: read(directory + "/" + authorityCertificate),
      keyPEM: read(directory + "/" + authorityKey))
  }

  /// Issues a certificate and writes it, with its fresh key. Throws `CertificateFault`.
  package static func issue(
    _ order: CertificateOrder, by authority: CertificateAuthority, certificateFile: String,
    keyFile: String, surroundings: Surroundings
  ) throws -> CertificateSummary {
    let issued = try authority.issue(order, surroundings: surroundings)
    try makeDirectory(parent(of: certificateFile))
    try makeDirectory(parent(of: keyFile))
    if let key = issued.keyPEM { try write(key, to: keyFile, mode: 0o600) }
    try write(issued.certificatePEM, to: certificateFile, mode: 0o644)
    return issued.summary
  }

  /// Issues a certificate for the key of a signing request file. Throws `CertificateFault`.
  package static func issue(
    _ order: CertificateOrder, by authority: CertificateAuthority, signingRequestFile: String,
    certificateFile: String, surroundings: Surroundings
  ) throws -> CertificateSummary {
    let issued = try authority.issue(
      order, signingRequestPEM: read(signingRequestFile), surroundings: surroundings)
    try makeDirectory(parent(of: certificateFile))
    try write(issued.certificatePEM, to: certificateFile, mode: 0o644)
    return issued.summary
  }

  /// What the certificates of a PEM file say. Throws `CertificateFault`.
  package static func inspect(_ file: String) throws -> [CertificateSummary] {
    try CertificateSummary.read(pem: read(file))
  }

  /// TLS settings from three PEM files. Throws `CertificateFault`.
  package static func tlsSettings(
    certificateFile: String, keyFile: String, authoritiesFile: String
  ) throws -> TLSSettings {
    TLSSettings(
      certificateChain: try read(certificateFile), privateKey: try read(keyFile),
      authorities: try read(authoritiesFile))
  }

  /// True when a text is one PEM certificate or more.
  package static func isChain(_ text: String) -> Bool {
    (try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)))?.isEmpty == false
  }

  private static func read(_ file: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: file), data.count <= 1 << 20 else {
      throw CertificateFault.cannotRead
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func makeDirectory(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw CertificateFault.cannotWrite }
  }

  private static func parent(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }

  /// Creates the file with its mode from the first byte on, and brings it to the disk.
  private static func write(_ text: String, to file: String, mode: mode_t) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw errno == EEXIST ? CertificateFault.fileExists : CertificateFault.cannotWrite
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: Data(text.utf8))
      try handle.synchronize()
      try handle.close()
    } catch { throw CertificateFault.cannotWrite }
  }
}
