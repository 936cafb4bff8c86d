// How many connections the process's descriptors allow. Never lets peers take the last ones: the
// database needs some, and libdispatch ends the process when it cannot open a file of its own.

import ExchangeModel
import Foundation

/// The descriptors of this process.
package struct DescriptorRoom: Sendable, Equatable {
  /// Below this the gateway does not start.
  package static let least = 512
  /// Kept for the store, the log, the admin listener, calls of our own, and the runtime.
  static let reserve = 256
  /// A connection's own, and the attachment that it moves.
  static let ofConnection = 2
  /// As many as are asked for; more are of no use.
  private static let most: rlim_t = 65_536

  /// Descriptors that may be open at once.
  package let limit: Int

  package init(limit: Int) { self.limit = limit }

  /// Raises the soft limit as far as the hard one allows, and gives what is in force.
  package static func raised() -> DescriptorRoom {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else {
      return DescriptorRoom(limit: least)
    }
    let wanted = min(limits.rlim_max, most)
    if limits.rlim_cur < wanted {
      var higher = limits
      higher.rlim_cur = wanted
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &higher) == 0 { limits = higher }
    }
    return DescriptorRoom(limit: Int(clamping: limits.rlim_cur))
  }

  /// Connections that may be open at once.
  package var connections: Int { max(1, (limit - Self.reserve) / Self.ofConnection) }

  /// What keeps a gateway from starting with so few, in words; nil when nothing does.
  package var problem: String? {
    guard limit < Self.least else { return nil }
    return "this process may open \(limit) files; give it \(Self.least) or more "
      + "(ulimit -n, LimitNOFILE=)"
  }
}
