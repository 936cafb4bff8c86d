// The catalogue agrees with its own vocabulary: no message type carries what its purpose may not,
// and no reply that it expects is refused for its purpose.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct PurposeCategoryTests {
  let set: SchemaSet

  init() throws { set = try SchemasFolder.set.get() }

  @Test func eachPropertyMayBeSentForEachPurposeOfItsType() throws {
    for type in set.messageTypes {
      let shape = try #require(set.compiled(type.type)).mapping.shape
      for purpose in type.purposes {
        let allowed = try #require(set.vocabulary.purpose(purpose)).dataCategories
        for member in shape.members(of: shape.root) {
          for category in set.vocabulary.dataCategories
          where category.isHeld(by: member.name, in: type.slug) {
            #expect(
              allowed.contains(category.token),
              "\(type.slug)/\(member.name) holds \(category.token), not for \(purpose)")
          }
        }
      }
    }
  }

  @Test(arguments: SchemasFolder.examples("valid"))
  func eachExampleKeepsToItsPurpose(_ example: SchemasFolder.Example) throws {
    let checked = try set.validate(
      try EnvelopeReader.read(example.bytes, format: example.format))
    let purpose = checked.envelope.purpose.rawValue
    let allowed = try #require(set.vocabulary.purpose(purpose)).dataCategories
    #expect(Set(checked.content.dataCategories).isSubset(of: allowed), "\(purpose)")
  }

  /// What the safeguarding partnership's privacy notice lists, and no more.
  @Test func thePartnershipGetsWhatItsNoticeLists() throws {
    let purpose = try #require(set.vocabulary.purpose("safeguarding-partnership"))
    let listed = [
      "case-administration", "concern", "documents", "figures", "identity", "professionals",
      "protection-status",
    ]
    #expect(purpose.dataCategories.sorted() == listed)
  }

  @Test func eachCategoryNamesPropertiesThatThereAre() throws {
    var names: [String: Set<String>] = [:]
    for type in set.messageTypes {
      let shape = try #require(set.compiled(type.type)).mapping.shape
      names[type.slug, default: []].formUnion(shape.members(of: shape.root).map(\.name))
    }
    let all = names.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    for category in set.vocabulary.dataCategories {
      for name in category.payloadProperties {
        #expect(all.contains(name), "\(category.token): \(name)")
      }
      for place in category.alsoIn ?? [] {
        #expect(names[place.messageType]?.contains(place.property) == true, "\(place)")
      }
    }
  }

  /// The answer begins a case of its own, on what the family says anew.
  private static let ownCases = [
    "elective-home-education admissions", "elective-home-education medical-education",
  ]

  @Test func expectedRepliesAreNotRefusedForTheirPurpose() throws {
    let table = set.vocabulary.purposeCompatibility
    for type in set.messageTypes {
      for reply in type.expectedReplies {
        let wanted = try #require(set.messageType(reply.type)).purposes
        for received in type.purposes {
          let isOpen = wanted.contains { wanted in
            Self.ownCases.contains("\(received) \(wanted)")
              || table.answer(received: received, wanted: wanted) != .refused
          }
          #expect(isOpen, "\(type.slug) for \(received), \(reply.type) for \(wanted)")
        }
      }
    }
  }
}
