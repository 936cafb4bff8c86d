// How audit questions cost as a log grows: invented events of many parties, then page after page of
// the questions that administrators ask. Never a test: the figures depend on the machine.

import ExchangeModel
import Foundation
import MessageLog
import Policy
import Storage

struct AuditMeasure {
  let store: Store
  let events: Int
  let report: (String, ContinuousClock.Instant, Int) -> Void

  /// Events of one transaction, and records and pages that are asked for.
  private static let perCommit = 5000
  private static let records = 100
  private static let pages = 200

  func run() async throws {
    let part = max(events / 10, 1)
    for start in stride(from: 0, to: events, by: part) {
      let started = ContinuousClock.now
      let end = min(start + part, events)
      for first in stride(from: start, to: end, by: Self.perCommit) {
        try await store.appendInvented(
          (first..<min(first + Self.perCommit, end)).map(Self.event))
      }
      report("append \(end - start) leaves, from \(start)", started, end - start)
    }
    let started = ContinuousClock.now
    let count = try await store.indexLog()
    report("take leaves into the audit table", started, Int(count))
    for (name, query) in try Self.questions() { try await ask(name, query) }
  }

  /// Pages from the beginning of the answer to its end, or so many.
  private func ask(_ name: String, _ query: AuditQuery) async throws {
    guard let staff = StaffMember(role: .auditor, account: "measure"),
      let reason = StaffReason(purpose: .service, text: "A measurement")
    else { return }
    var times: [Duration] = []
    var found = 0
    var cursor: AuditCursor?
    repeat {
      let started = ContinuousClock.now
      let page = try await store.audit(
        query, by: staff, reason: reason, after: cursor, limit: Self.records)
      times.append(ContinuousClock.now - started)
      found += page.records.count
      cursor = page.next
    } while cursor != nil && times.count < Self.pages
    times.sort()
    func milliseconds(_ part: Double) -> Double {
      let place = min(times.count - 1, Int(Double(times.count) * part))
      return Double(times[place].components.attoseconds) / 1e15
        + Double(times[place].components.seconds) * 1000
    }
    let line = String(
      format: "%8.2f ms p50 %8.2f ms p99  %d records in %d pages: ", milliseconds(0.5),
      milliseconds(0.99), found, times.count)
    print(line + name)
  }

  /// What administrators ask, and two questions whose answers lie far apart.
  private static func questions() throws -> [(String, AuditQuery)] {
    func query(_ alter: (inout AuditQuery) -> Void) -> AuditQuery {
      var query = AuditQuery()
      alter(&query)
      return query
    }
    let party = PartyURN("urn:gatehouse:850:0007")
    return [
      ("everything", query { _ in }),
      (
        "all that one recipient got",
        query {
          $0.recipient = party; $0.kind = .admitted
        }
      ),
      (
        "refusals of a party",
        query {
          $0.source = party; $0.decision = .deny
        }
      ),
      ("a party in any part", query { $0.party = party }),
      ("disclosures without consent", query { $0.overridesOnly = true }),
      (
        "looks by one party",
        query {
          $0.viewsOnly = true; $0.actor = party?.text
        }
      ),
      ("a code", query { $0.code = .routeNotAllowed }),
      (
        "a type and a purpose",
        query {
          $0.type = "gatehouse.type-3.v1"; $0.purpose = "purpose-3"
        }
      ),
      (
        "a recipient and a type that hardly meet",
        query {
          $0.recipient = party
          $0.type = "gatehouse.rare.v1"
        }
      ),
      ("nothing that there is", query { $0.type = "gatehouse.none.v1" }),
    ]
  }

  /// 200 parties, 85 types, 20 purposes; of a hundred events 75 admissions, 15 reads, 8 refusals,
  /// one look; one of 5000 a disclosure without consent.
  private static func event(_ number: Int) -> LogEvent {
    // A multiplicative hash spreads the numbers, the same at each run.
    let chance = Int((UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15) >> 33)
    func party(_ shift: Int) -> String {
      String(format: "urn:gatehouse:850:%04d", (chance / shift) % 200)
    }
    let type = number.isMultiple(of: 100_003) ? "rare" : "type-\(chance % 85)"
    var event: LogEvent
    switch number % 100 {
    case 0..<75:
      event = LogEvent(number.isMultiple(of: 5000) ? .disclosedWithoutConsent : .admitted)
      event[.basis] = "uk-gdpr:A6-1-\(chance % 5)"
      event[.purpose] = "purpose-\(chance % 20)"
      event[.recipient] = party(7)
      event[.source] = party(11)
      event[.type] = "gatehouse.\(type).v1"
      event[.contentDigest] = String(repeating: "0", count: 64)
    case 75..<90:
      event = LogEvent(.read)
      event[.actor] = party(7)
    case 90..<98:
      event = LogEvent(.refused)
      event[.code] = RefusalCode.allCases[chance % RefusalCode.allCases.count].rawValue
      event[.recipient] = party(7)
      event[.source] = party(11)
      event[.type] = "gatehouse.\(type).v1"
    default:
      event = LogEvent(.logOpened)
      event[.actor] = "operator"
      event[.change] = "shown"
    }
    return event
  }
}
