// What an edge server is told at start. Never changed while it runs, except its TLS material.

package import ExchangeModel
package import Logging

/// Settings of one listener.
package struct EdgeSettings: Sendable {
  /// Finds the party of a verified certificate. Asked at every request, on the event loop, so it
  /// looks in memory only.
  package typealias Identify = @Sendable (PeerIdentity, Timestamp) -> Result<Party, Refusal>

  /// The address to listen on.
  package var host = "127.0.0.1"
  /// The port; 0 takes a free one, see `EdgeServer.port`.
  package var port = 0
  /// Threads of its own for this listener; nil shares the process's event loops, one a core.
  package var eventLoops: Int?
  /// Names and addresses that a Host field may give, without ports, any case.
  package var allowedHosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
  package var limits = Limits()
  package var edgeLimits = EdgeLimits()
  /// TLS with client certificates; nil speaks plain HTTP, for a listener on loopback only.
  package var tls: TLSSettings?
  package var surroundings: Surroundings
  package var identify: Identify
  package var logger: Logger
  /// Told of each answered request, on the event loop; nil costs nothing.
  package var observe: (@Sendable (ExchangeRecord) -> Void)?

  /// A plain listener on loopback on which nobody is known, until told otherwise.
  package init(surroundings: Surroundings, logger: Logger) {
    self.surroundings = surroundings
    self.logger = logger
    identify = { _, _ in .failure(Refusal(.certificateUnknown)) }
  }
}

/// One answered request, for counters and the debug log. Names the template, never the path.
package struct ExchangeRecord: Sendable {
  package let id: RequestID
  package let verb: HTTPVerb
  /// The template of the route; `-` when none matched.
  package let template: String
  package let party: PartyURN?
  package let status: Int
  /// The refusal made by the edge itself or thrown by the handler; nil otherwise.
  package let refusal: RefusalCode?
  package let requestBytes: Int
  package let responseBytes: Int
  /// From the head's arrival to the answer's last byte being handed to the socket.
  package let microseconds: Int64
}
