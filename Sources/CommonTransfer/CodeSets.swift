// The code sets of transfer files (DfE's Common Basic Data Set, as generators use it).
// Data only. A code that is not here is warned of, never refused (rule P08).

enum CodeSets {
  /// The set of an element's text, by its name; nil when it has none.
  static let sets: [String: Set<String>] = [
    "NCyearActual": Set((1...14).map { String($0) } + ["N1", "N2", "R", "X", "M"]),
    "EthnicitySource": ["C", "P", "S", "T", "O"],
    "LanguageType": ["F", "H", "S", "C", "M"],
    "Language": languages, "LanguageCode": languages,
    "ServiceChild": ["Y", "N", "U", "R"],
    "MedicalFlag": booleans, "InCare": booleans, "AddressAsPupil": booleans,
    "Responsibility": booleans, "LastSchool": booleans,
    "Disability": [
      "NCOL", "NONE", "MOB", "HAND", "PC", "EAT", "MED", "INC", "COMM", "LD", "HEAR", "VIS",
      "BEH", "CON", "AUT", "DDA", "OTH",
    ],
    "EnrolStatus": ["C", "M", "S", "F", "O", "G", "P"],
    "UKcountry": ["ENG", "NIR", "SCT", "WLS"],
    "SENprovision": ["N", "K", "E", "S", "A", "P"],
    "SENtype": [
      "SPLD", "MLD", "SLD", "PMLD", "SEMH", "SLCN", "HI", "VI", "MSI", "PD", "ASD", "DS", "OTH",
      "NSA",
    ],
    "TelephoneType": ["F", "H", "A", "M", "W", "D"],
    "Relationship": [
      "CAR", "CHM", "DOC", "FAM", "FOF", "FOM", "HTC", "OTH", "PAF", "PAM", "REL", "RLG", "STF",
      "STM", "SWR", "TCH",
    ],
    "ResultStatus": ["E", "I", "P", "R", "T"],
    "Gender": ["M", "F"], "Sex": ["M", "F"],
  ]

  private static let booleans: Set<String> = ["true", "false", "1", "0"]

  /// The grounds of regulation 9(1) of SI 2024/208.
  static let removalGrounds: Set<String> = [
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O",
  ]

  /// Whether an ethnicity is of the set: a main code, or an extended one of a main group, since
  /// authorities may use those (`WENG`).
  static func isEthnicity(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 4, bytes.allSatisfy({ (0x41...0x5A).contains($0) }) else { return false }
    return "WMABCO".utf8.contains(bytes[0]) || bytes == Array("REFU".utf8)
      || bytes == Array("NOBT".utf8)
  }

  private static let languages = Set(
    """
    ACL ADA AFA AFK AKA ALB ALU AMR ARA ARM ASM ASR AYB AYM AZE BAI BAL BEJ BEL BEM BHO BIK BLT
    BMA BNG BSL BSQ BUL CAM CAT CCE CCF CGA CGR CHE CHI CKW CRN CTR CWA CYM CZE DAN DGA DGB DIN
    DUT DZO EBI EDO EFI ENB ENG ESA EST EWE EWO FAN FIJ FIN FON FRN FUL GAA GAE GAL GEO GER GGO
    GKY GLG GRE GRN GUJ GUN GUR HAU HDK HEB HER HGR HIN IBA IDM IGA IGB IJO ILO ISK ISL ITA JAV
    JIN JPN KAM KAN KAR KAS KAU KAZ KCH KGZ KHA KHY KIN KIR KIS KLN KMB KME KNK KNY KON KOR KPE
    KRI KRU KSI KSU KUR LAO LBA LGA LGB LGS LIN LIT LNG LOZ LSO LTV LTZ LUE LUN LUO LUY MAG MAI
    MAK MAN MAO MAR MAS MDV MEN MKD MLG MLM MLT MLY MNA MNG MNX MOR MSC MUN MYA NAH NAM NBN NDB
    NEP NOR NOT NUE NUP NWA NZM OAM OGN ORI ORM OTB OTH OTL PAG PAM PAT PHA PHR PNJ POL POR PRS
    QUE RAJ REF RME RMI RMN RMS RNY RUS SAM SCB SCO SHL SHO SID SIO SLO SLV SND SNG SNH SOM SPA
    SRD SRK SSO SSW STS SUN SWA SWE TAM TEL TEM TES TGE TGL TGR THA TIB TIV TMZ TNG TON TPI TRI
    TSO TUK TUL TUM TUR UKR UMB URD URH UYG UZB VEN VIE VSY WAP WCP WOL WPE XHO YAO YDI YOR ZND
    ZUL ZZZ
    """.split { $0 == " " || $0 == "\n" }.map { String($0) })
}
