// File names: the vectors of the reference, and that what is made is read again.

import Testing

@testable import CommonTransfer

@Suite("Transfer files: names")
struct FileNameTests {
  @Test(
    "Names that are read, and made again alike",
    arguments: [
      "8509901_CTF_8519901_001.xml", "8509901_CTF_MMMMMMM_003.xml", "850LLLL_CTF_8519901_005.xml",
      "8509901_CTF_850LLLL_004.xml", "3805204_FSP_380LLLL_001.xml", "8509901_CML_850LLLL_011.xml",
      "8519901_CMJ_851LLLL_012.xml",
    ])
  func taken(name: String) {
    #expect(TransferFileName(name)?.text == name)
  }

  @Test(
    "Names that are none",
    arguments: [
      "CTF.xml", "8509901_CTF_8519901_1.xml", "../8509901_CTF_8519901_001.xml",
      "8509901_CTF_8519901_001.xml.exe", "8509901_CTF_LLLLLLL_001.xml",
      "101LLLL_DFESXXX_max15characters.xls", "8509901_ctf_8519901_001.xml",
      "8509901_CTF_8519901_000.xml", "XXXXXXX_CTF_8519901_001.xml", "9999901_CTF_8519901_001.xml",
      "850990１_CTF_851990_001.xml", "", "850LLLX_CTF_8519901_001.xml",
    ])
  func refused(name: String) {
    #expect(TransferFileName(name) == nil)
  }

  @Test("The ending may be in capitals, and is written small")
  func ending() {
    let name = TransferFileName("8509901_CTF_XXXXXXX_002.XML")
    #expect(name?.text == "8509901_CTF_XXXXXXX_002.xml")
    #expect(name?.destination == .unknown)
  }

  @Test("Serials count up for a pair, to 999")
  func serials() {
    let name = TransferFileName("8509901_CTF_8519901_998.xml")
    #expect(name?.next?.text == "8509901_CTF_8519901_999.xml")
    #expect(name?.next?.next == nil)
  }
}
