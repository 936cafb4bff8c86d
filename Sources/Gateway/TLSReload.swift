// Takes new TLS files on SIGHUP, for the connections to come. Never leaves the gateway without:
// when the files do not fit together, the old material stays and the log says so.

import Logging
import ServiceLifecycle
import UnixSignals

struct TLSReload: Service {
  let settings: Settings
  let api: EdgeServer
  let logger: Logger

  /// The TLS settings as the files have them now. Throws `CertificateFault`.
  static func read(_ settings: Settings) throws -> TLSSettings {
    var tls = try CertificateFiles.tlsSettings(
      certificateFile: settings.certificate, keyFile: settings.key,
      authoritiesFile: settings.clientAuthority)
    tls.minimumVersion = settings.minimumTLS == "1.2" ? .tls12 : .tls13
    return tls
  }

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    for await _ in signals.cancelOnGracefulShutdown() {
      do {
        try api.replaceTLS(try Self.read(settings))
        logger.notice("tls.reloaded")
      } catch {
        logger.error("tls.reload.failed", metadata: ["error": "\(error)"])
      }
    }
  }
}
