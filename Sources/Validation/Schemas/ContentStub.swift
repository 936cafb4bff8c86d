// To be replaced: content facts and the vocabulary come with the schemas.

package import ExchangeModel

extension ValidatedEnvelope {
  package var content: ContentFacts { ContentFacts() }
}

extension SchemaSet {
  package var vocabulary: Vocabulary {
    Vocabulary(
      purposes: [], lawfulBases: [], specialConditions: [], legalGateways: [], consentRules: [],
      purposeCompatibility: .init(samePurpose: .allowed, unlisted: .refused, table: [:]),
      roles: [], dataCategories: [])
  }
}

extension SchemaSet {
  package func masked(
    _ payload: Payload, of type: String
  ) throws(Refusal) -> (payload: Payload, places: [String]) { (payload, []) }
}
