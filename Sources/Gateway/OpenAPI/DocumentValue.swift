// A JSON value written down as a Swift literal, for the API's description.
// Never holds anything received: it is for our own fixed text.

import Validation

/// A piece of the description. Members keep the order they are written in, so the bytes are the
/// same in every build.
indirect enum DocumentValue: Sendable {
  case text(String)
  case number(Int64)
  case truth(Bool)
  case list([DocumentValue])
  case members([Member])

  struct Member: Sendable {
    let name: String
    let value: DocumentValue
  }

  /// An object of names and values made elsewhere.
  static func object(_ pairs: [(String, DocumentValue)]) -> DocumentValue {
    .members(pairs.map { Member(name: $0.0, value: $0.1) })
  }

  /// A list of strings.
  static func texts(_ texts: some Sequence<String>) -> DocumentValue {
    .list(texts.map { .text($0) })
  }

  /// This object with one more member at its end; any other value as it is.
  func with(_ name: String, _ value: DocumentValue) -> DocumentValue {
    guard case .members(let members) = self else { return self }
    return .members(members + [Member(name: name, value: value)])
  }

  func write(into writer: inout JSONWriter) {
    switch self {
    case .text(let text): writer.string(text)
    case .number(let number): writer.integer(number)
    case .truth(let truth): writer.bool(truth)
    case .list(let values):
      writer.beginArray()
      for value in values { value.write(into: &writer) }
      writer.endArray()
    case .members(let members):
      writer.beginObject()
      for member in members {
        writer.key(member.name)
        member.value.write(into: &writer)
      }
      writer.endObject()
    }
  }
}

extension DocumentValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int64) { self = .number(value) }
  init(booleanLiteral value: Bool) { self = .truth(value) }
  init(arrayLiteral elements: DocumentValue...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, DocumentValue)...) { self = .object(elements) }
}
