// What a school's number in a transfer file may be.

import Testing

@testable import CommonTransfer

@Suite("School numbers")
struct SchoolNumberTests {
  @Test("Seven digits, and nothing else", arguments: ["850432", "85043210", "850432A", ""])
  func refused(text: String) {
    #expect(SchoolNumber(text) == nil)
    #expect(SchoolNumber("8504321")?.digits == "8504321")
  }
}
