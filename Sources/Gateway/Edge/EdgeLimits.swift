// The bounds of the edge alone; those it shares with the other rooms stand in `Limits`.
// Never read from a request.

/// Named limits of connections and requests.
package struct EdgeLimits: Sendable {
  /// Seconds a TLS handshake may take, from the accepted connection to the end.
  package var handshakeSeconds: Int64 = 10
  /// Seconds we go on reading after a final answer, so that the peer can read it before the
  /// connection is reset (RFC 9112, section 9.6).
  package var lingerSeconds: Int64 = 2
  /// Requests that may wait on one connection behind the one being answered; more closes it.
  package var pipelinedRequests = 16
  /// Seconds that requests in flight have to end in after `stop`.
  package var stopSeconds: Int64 = 20
  /// Segments of a request's path.
  package var pathSegments = 16
  /// Reads of the socket that may wait for a streaming handler, and where reading starts again.
  package var streamedReads = 16
  package var streamedReadsResume = 4
  /// Connections that wait in the kernel to be accepted.
  package var backlog: Int32 = 1024
  /// Connections beyond the cap that may be open at once, because they are just being turned away.
  package var acceptedBeyondCap = 32
  /// Milliseconds between two looks at the deadlines: how late one may be noticed.
  package var sweepMilliseconds: Int64 = 200

  package init() {}
}
