// The ten families of the catalogue, told by the first part of a message type's code.
// Never decides anything: it orders lists for people.

/// A family of message types.
package enum MessageFamily: String, Sendable, CaseIterable {
  case medicalAbsence = "Medical absence"
  case specialNeeds = "Special educational needs"
  case registers = "Registers and children missing education"
  case tracing = "Tracing"
  case transfer = "Transfer"
  case safeguarding = "Safeguarding and social care"
  case partnership = "Safeguarding partnership"
  case sendPartnership = "SEND Partnership Service"
  case rights = "Rights, records and returns"
  case exchange = "The exchange itself"

  /// What the codes of its message types begin with, up to the first full stop.
  package var prefixes: [String] {
    switch self {
    case .medicalAbsence: ["MED", "ATT", "IHCP", "FIN"]
    case .specialNeeds: ["SEN"]
    case .registers: ["REG", "CME", "ADM", "EHE", "EXC"]
    case .tracing: ["TRC", "LPD"]
    case .transfer: ["CTF", "CP"]
    case .safeguarding: ["SAFE", "S16LA", "CIN"]
    case .partnership: ["HSCP"]
    case .sendPartnership: ["SPS"]
    case .rights: ["RGT", "REC", "BRC", "LEG", "STAT"]
    case .exchange: ["OPS"]
    }
  }
}

extension MessageType {
  /// The family that its code tells; nil for a code of no family, such as an operator's own.
  package var family: MessageFamily? {
    let prefix = code.utf8.prefix { $0 != 0x2E }
    return MessageFamily.allCases.first { family in
      family.prefixes.contains { $0.utf8.elementsEqual(prefix) }
    }
  }
}
