// The sandbox's pupils, for trying a trace: a few invented children in three authorities, with
// brothers and sisters, a twin, a moved one and one in a refuge. Never part of a real gateway.

import ExchangeModel
import Gateway
import Storage

enum SandboxPupils {
  /// CSV of each party's pupils. UPNs are of ranges that are plainly synthetic; postcodes end in
  /// what no street has.
  private static let pools: [(party: String, lines: [String])] = [
    (
      "850:4321",
      [
        "s1,W850203924017,Sampleson,Ali,,2014-01-29,M,SO99 9ZZ,4 Invented Road,8504321,none",
        "s2,,Sampleson,Noor,,2016-09-14,F,SO99 9ZZ,4 Invented Road,8504321,none",
        "s3,,Mockford,Eve,Rose,2012-11-02,F,SO98 1ZZ,17 Imaginary Close,8504321,none",
        "s4,,Mockford,Ada,Rose,2012-11-02,F,SO98 1ZZ,17 Imaginary Close,8504321,none",
      ]
    ),
    (
      "851:4551",
      [
        "p1,R850412325001,Testerly,Robin,,2011-06-03,F,PO99 8ZZ,12 Pretend Street,8514551,none",
        "p2,,Testerly,Kit,,2017-03-09,M,PO99 8ZZ,12 Pretend Street,8514551,none",
        "p3,,Hypothetical,Zofia,,2013-04-21,F,PO98 7ZZ,3 Makebelieve Lane,8514551,refuge",
        "p4,,Examplovic,Katarzyna,Ola,2010-08-30,F,PO97 6ZZ,88 Fictional Way,8514551,none",
      ]
    ),
    (
      "852:4651",
      [
        "q1,,Placeholder,Sean,,2012-01-12,M,SO97 5ZZ,1 Notional Terrace,8524651,none",
        "q2,,Placeholder,Niamh,,2014-05-07,F,SO97 5ZZ,1 Notional Terrace,8524651,none",
        "q3,,Specimen,Muhammad,,2013-12-24,M,SO96 4ZZ,9 Sample Grove,8524651,adopted",
      ]
    ),
  ]

  /// Loads all of them; those that are there already stay as they are.
  static func load(into store: Store) async throws {
    let header = "id,upn,surname,forename,middle,dob,sex,postcode,address,school,restriction"
    for (party, lines) in pools {
      guard let urn = PartyURN("urn:gatehouse:" + party),
        try await store.pupilCount(of: urn) == 0
      else { continue }
      let text = ([header] + lines).joined(separator: "\n")
      _ = try await store.changePupils(try PupilLines.table(Array(text.utf8)), of: urn)
    }
  }
}
