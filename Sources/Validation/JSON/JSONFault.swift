// Why bytes are not a JSON document we take: the rule, and what to do about it.
// Never holds anything read from the bytes but an offset.
import ExchangeModel

/// A fault of the parser: a rule and the byte it was found at.
struct JSONFault: Error {
  enum Rule: String, Sendable, CaseIterable {
    case empty = "json-empty"
    case syntax = "json-syntax"
    case truncated = "json-truncated"
    case trailing = "json-trailing-data"
    case byteOrderMark = "byte-order-mark"
    case encoding = "utf-8"
    case escape = "json-escape"
    case surrogate = "lone-surrogate"
    case control = "control-character"
    case duplicateKey = "duplicate-key"
    case number = "json-number"
    case exponent = "number-exponent"
    case numberLength = "number-length"
    case textLength = "text-length"
    case depth = "depth"
    case nodes = "too-many-values"
    case size = "document-size"
  }

  let rule: Rule
  let offset: Int

  /// A sentence to act on.
  func message(column: Int, limits: Limits) -> String {
    "At byte \(column) of the line: \(text(limits))"
  }

  private func text(_ limits: Limits) -> String {
    switch rule {
    case .empty: "there is no JSON value; send one object."
    case .syntax:
      "this is not JSON (RFC 8259); look for a missing or extra comma, quote or bracket."
    case .truncated: "the document ends inside a value; send it whole."
    case .trailing: "something follows the document's one value; send one value a document."
    case .byteOrderMark: "remove the byte order mark; JSON is sent as plain UTF-8."
    case .encoding: "this is not valid UTF-8; encode the document as UTF-8 and nothing else."
    case .escape: "unknown escape; only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX exist."
    case .surrogate: "a \\u escape holds half of a surrogate pair; write the character or both."
    case .control: "a control character must be escaped inside a string (\\n, \\t, \\u00XX)."
    case .duplicateKey: "this object names a member twice; give each name once."
    case .number: "this is not a JSON number; no leading zero or plus, digits around the point."
    case .exponent: "an exponent may have a value of at most \(JSONParser.largestExponent)."
    case .numberLength: "a number may have at most \(limits.numberBytes) bytes."
    case .textLength: "a string may have at most \(limits.textBytes) bytes."
    case .depth: "objects and arrays may nest at most \(limits.documentDepth) deep."
    case .nodes: "a document may hold at most \(limits.nodesPerDocument) values."
    case .size: "the document is too large; send less in one message."
    }
  }
}
