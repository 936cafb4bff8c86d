// Talk to the person at the terminal: stderr, colour only where it is wanted (NO_COLOR, clig.dev).
// Never writes data: that goes to stdout by `print`.

import Foundation

enum Terminal {
  /// True when stderr is a terminal and colour was not declined.
  static let hasColour: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let isDeclined = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return isatty(2) == 1 && !isDeclined && environment["TERM"] != "dumb"
  }()

  static let isInteractive = isatty(2) == 1

  /// True when a person reads stdout, not a program.
  static let isOutputRead = isatty(1) == 1

  /// Columns of the terminal that stdout is; 80 when it is none.
  static var width: Int {
    var size = winsize()
    guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  enum Style: String {
    case bold = "1"
    case dim = "2"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case red = "31"
  }

  /// One line to stderr.
  static func say(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  static func styled(_ text: String, _ style: Style) -> String {
    hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// A progress line that is written over, on a terminal only.
  static func progress(_ text: String) {
    guard isInteractive else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }

  /// Takes the progress line away.
  static func endProgress() { progress("") }
}
