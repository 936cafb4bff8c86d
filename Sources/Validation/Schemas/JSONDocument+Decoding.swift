// What the gateway wrote itself, read back into its type, e.g. the facts of a decision.
// Never used on a message: payloads are checked by their schema.

extension JSONDocument {
  /// The value of the whole document.
  /// Throws: `DecodingError` naming the place.
  package func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONNodeDecoder(node: root).value(type)
  }
}
