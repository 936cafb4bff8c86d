// An edge server as a service of the process: runs until the process is asked to stop.

import ServiceLifecycle

extension EdgeServer: Service {
  /// Waits for the process to be stopped, then stops without losing an answer.
  package func run() async throws {
    try? await gracefulShutdown()
    await stop()
  }
}
