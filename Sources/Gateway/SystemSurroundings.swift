// The real clock and the system's random generator: where a running gateway gets both.

package import ExchangeModel
import Foundation
package import Logging

extension Surroundings {
  /// The system's clock and generator.
  package static var system: Surroundings {
    Surroundings(
      now: {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
      },
      random: {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
      })
  }
}

extension Logger {
  /// A logger of JSON lines on stderr.
  package static func gatehouse(level: String) -> Logger {
    Logger(label: "gatehouse") { _ in
      JSONLogHandler(
        level: Logger.Level(rawValue: level) ?? .info, now: Surroundings.system.now)
    }
  }
}
