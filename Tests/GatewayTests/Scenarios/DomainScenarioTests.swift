// What the stories 1 to 3 and 5 of the analysis of the domain, section 7, say beyond what is told
// of them in TransferScenarioTests, LostPupilScenarioTests and GroundsScenarioTests: sentence by
// sentence. All children in it are invented.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Scenarios of the domain, to the letter")
struct DomainScenarioTests {
  @Test("1: the warnings of an old file are listed; what nobody knows goes on exactly as it came")
  func oldFile() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let other = try gateway.client(.otherSchool)
      let unknown =
        #"<SuppInfo><SuppID>Sample MIS</SuppID><VendorOdd kind="a"><Deep>1 &lt; 2</Deep>"#
        + "</VendorOdd></SuppInfo>"
      let bytes = SampleTransfers.file(
        to: ("851", "4551"), version: "19.0", versionTag: "CTFversion",
        [SampleTransfers.pupil(sexTag: "Gender", rest: unknown)])
      let sent = try await school.handIn(bytes, as: "8504321_CTF_8514551_001.xml")
      try #require(sent.status == 202, "\(sent.text)")
      let issues = try sent.json()["report"]?.list("issues") ?? []
      #expect(!issues.isEmpty, "\(sent.text)")
      for issue in issues {
        #expect(issue["level"]?.string == "warn" && issue["rule"]?.string?.isEmpty == false)
        #expect(issue["message"]?.string?.isEmpty == false, "\(sent.text)")
      }
      let file = try await other.call("GET", "/v1/transfers/\(try sent.member("messageId"))/file")
      #expect(file.text.contains(unknown), "\(file.text)")
      for kept in [
        SampleTransfers.upn, "Sampleson", "2014-01-29", "1 Secret Street", "SO99 9AA",
        "2019-09-02", "2026-01-09", "Testbury Community School", "Sample MIS",
      ] { #expect(file.text.contains(kept), "\(kept) is lost") }
    }
  }

  /// A file of the pool as an officer's search for Robin Testerly would find it.
  private func lost(version: String, versionTag: String, sexTag: String) -> [UInt8] {
    SampleTransfers.file(
      to: ("XXX", "XXXX"), version: version, versionTag: versionTag,
      [
        SampleTransfers.pupil(surname: "Testerly", sexTag: sexTag, left: "2025-11-03")
          .replacing("2014-01-29", with: "2011-06-03").replacing(">Ali<", with: ">Robin<")
      ])
  }

  @Test(
    "2: a 25 file with Sex and a 24 file with Gender are of one child, however the version is spelt"
  )
  func oneChild() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let officers = try await gateway.join(.cme)
      try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      var postings: [String] = []
      for (serial, version, versionTag, sexTag) in [
        (2, "25.0", "CTFVersion", "Sex"), (3, "24.0", "CTFversion", "Gender"),
      ] {
        let sent = try await school.handIn(
          lost(version: version, versionTag: versionTag, sexTag: sexTag),
          as: "8504321_CTF_XXXXXXX_00\(serial).xml")
        try #require(sent.status == 202, "\(sent.text)")
        postings.append(try sent.member("messageId"))
      }
      let asked = try await officers.sendExample(
        "lost-pupil-search/v1/examples/new-arrival.valid.json")
      try #require(asked.status == 202, "\(asked.text)")
      let result = try await officers.wait(for: "gatehouse.lost-pupil-search-result.v1")
      let hits = result["data"]?.list("hits").compactMap { $0["postingId"]?.string } ?? []
      #expect(Set(hits) == Set(postings))
    }
  }

  @Test("3: 8509901_CTF_XXXXXXX_002.xml enters the pool; 851 learns initials, year and authority")
  func pool() async throws {
    try await GatewayHarness.with { gateway in
      let school = try await gateway.join(.secondSchool)
      let officers = try await gateway.join(.neighbourCME)
      try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      let file = SampleTransfers.file(
        from: ("850", "9901"), to: ("XXX", "XXXX"),
        [SampleTransfers.pupil(left: "2025-11-03").replacing("4321", with: "9901")])
      let sent = try await school.handIn(file, as: "8509901_CTF_XXXXXXX_002.xml")
      try #require(sent.status == 202, "\(sent.text)")
      #expect(try sent.member("way") == "lost-pupil-pool")
      let listed = try await officers.call(
        "GET", "/v1/transfers/pool?purpose=children-missing-education")
      let entry = try #require(try listed.json().list("pupils").first, "\(listed.text)")
      #expect(
        Set(entry.members.map(\.key))
          == ["postingId", "initials", "yearGroup", "postingLA", "postedAt"])
      #expect(entry["initials"]?.string == "AS" && entry["postingLA"]?.string == "850")
      #expect(entry["yearGroup"]?.string?.isEmpty == false)
      #expect(!listed.text.contains("9901"), "which school posted it is not told")
    }
  }

  @Test("5: the case of a deletion on a ground of 2006 says so, and no program reads the letter")
  func historicGround() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await gateway.join(.cme)
      try await gateway.join(.gateway)
      let school = try gateway.client(.school)
      let sent = try await school.sendExample(
        "deletion-return/v1/examples/ground-of-2006.valid.json")
      let id = try sent.member("messageId")
      #expect(try await school.seenCase(id)["state"]?.string == "historic-ground")
      // Held from its recipient: for them there is no case yet.
      #expect(try await officers.exchangeCase(try #require(MessageID(id))).code == "not-found")
      try await gateway.store.release(try #require(MessageID(id)))
      #expect(try await officers.seenCase(id)["state"]?.string == "historic-ground")
    }
  }
}
