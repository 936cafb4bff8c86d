// A file of the `schemas/` folder as bytes, and what can be wrong with one, told to an operator.
// Never reads a disk: whoever starts the gateway hands the bytes in.

/// One file under `schemas/`.
package struct SchemaFile: Sendable, Equatable {
  /// The path below `schemas/`, e.g. `messages/medical-referral/v1/message.json`.
  package let path: String
  package let bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// Something wrong with a file under `schemas/`: for the operator who put it there.
package struct SchemaFault: Error, Sendable, Equatable, CustomStringConvertible {
  package let file: String
  /// A JSON Pointer into the file; empty for the whole file.
  package let place: String
  package let message: String

  package init(file: String, place: String = "", message: String) {
    self.file = file
    self.place = place
    self.message = message
  }

  package var description: String {
    place.isEmpty ? "\(file): \(message)" : "\(file)#\(place): \(message)"
  }
}

/// Every fault found in the `schemas/` folder; never empty.
package struct SchemaFaults: Error, Sendable, Equatable, CustomStringConvertible {
  package let faults: [SchemaFault]

  package var description: String { faults.map(\.description).joined(separator: "\n") }
}
