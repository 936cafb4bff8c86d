// One line of the differential test: a schema and an instance in, a verdict out.
// Never used by the gateway; the hidden command that feeds it is for Tests/Interop.

package enum DifferentialLine {
  /// `true` or `false` for a line `{"schema": …, "instance": …}`; `error: …` when the line or its
  /// schema cannot be used. Formats are not asserted.
  package static func answer(_ line: [UInt8]) -> String {
    do {
      let document = try JSONDocument.parse(line)
      guard let schema = document.root["schema"], let instance = document.root["instance"] else {
        return "error: a line has a schema and an instance"
      }
      var registry = JSONSchemaRegistry()
      try registry.add(Array(schema.rawBytes), defaultID: "urn:gatehouse:differential")
      let compiled = try registry.compile("urn:gatehouse:differential", assertFormats: false)
      let isValid = compiled.isValid(instance)
      // Both ways of asking must agree.
      guard compiled.validate(instance).isEmpty == isValid else {
        return "error: the quick and the thorough check disagree"
      }
      return isValid ? "true" : "false"
    } catch {
      return "error: \(error)"
    }
  }
}
