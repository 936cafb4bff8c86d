// Who of the staff acts at the gateway's machine, and why: what a command that looks at others'
// affairs asks for. Never a name: the account is the machine's number for whoever is signed in.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway

struct StaffOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What you are there for: \(StaffRole.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "role"))
  var role: String
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "What it is for: \(StaffPurpose.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "word"))
  var purpose: String
  @Option(help: "Why, in your own words; kept sealed beside the log.") var reason: String

  func staff() throws -> StaffMember {
    guard let role = StaffRole(rawValue: role) else {
      throw CommandFailure(.usage, "--role: \(AuditFields.roles)")
    }
    guard let staff = StaffMember(role: role, account: Self.account) else {
      throw CommandFailure(.error, "the account cannot be told")
    }
    return staff
  }

  func why() throws -> StaffReason {
    guard let purpose = StaffPurpose(rawValue: purpose) else {
      throw CommandFailure(.usage, "--for: \(AuditFields.purposes)")
    }
    guard let why = StaffReason(purpose: purpose, text: reason) else {
      throw CommandFailure(.usage, "--reason: \(AuditFields.reason)")
    }
    return why
  }

  /// The number of the account; behind sudo, of whoever called it.
  private static var account: String {
    let own = getuid()
    let caller = ProcessInfo.processInfo.environment["SUDO_UID"].flatMap { UInt32($0) }
    return "uid:\(own == 0 ? caller ?? own : own)"
  }
}
