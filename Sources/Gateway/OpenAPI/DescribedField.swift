// The header fields that answers carry, described once. Never sets one: the routes do.

/// A header field of an answer.
enum DescribedField: String, Sendable, CaseIterable {
  case requestID = "X-Request-Id"
  case location = "Location"
  case retryAfter = "Retry-After"
  case uploadOffset = "Upload-Offset"
  case uploadComplete = "Upload-Complete"
  case contentRange = "Content-Range"
  case acceptRanges = "Accept-Ranges"
  case entityTag = "ETag"
  case vary = "Vary"
  case cacheControl = "Cache-Control"
  case rateLimitPolicy = "RateLimit-Policy"
  case rateLimit = "RateLimit"
  case contentDisposition = "Content-Disposition"

  private var schema: DocumentValue {
    switch self {
    case .requestID: ["type": "string", "format": "uuid"]
    case .location: ["type": "string", "format": "uri-reference"]
    case .retryAfter: ["type": "integer", "minimum": 0]
    case .uploadOffset: ["type": "integer", "minimum": 0]
    case .uploadComplete: ["type": "string", "enum": ["?0", "?1"]]
    case .contentRange: ["type": "string", "pattern": "^bytes [0-9]+-[0-9]+/[0-9]+$"]
    case .acceptRanges: ["type": "string", "const": "bytes"]
    case .entityTag: ["type": "string", "pattern": "^\"[0-9a-f]{64}\"$"]
    case .vary: ["type": "string", "const": "Accept"]
    case .cacheControl: ["type": "string", "examples": ["no-store"]]
    case .rateLimitPolicy:
      ["type": "string", "examples": [#""requests";q=30000;w=60"#]]
    case .rateLimit: ["type": "string", "examples": [#""requests";r=29990;t=42"#]]
    case .contentDisposition: ["type": "string", "pattern": "^attachment; filename="]
    }
  }

  private var meaning: String {
    switch self {
    case .requestID: "The gateway's name for this request; quote it when asking for help."
    case .location: "Where the thing just made is found."
    case .retryAfter: "Seconds after which the same request is worth sending again."
    case .uploadOffset: "Bytes of the content that are here: send what follows them."
    case .uploadComplete: "`?1` when the whole content is here, `?0` while some is missing."
    case .contentRange: "Which bytes of the whole these are (RFC 9110, 14.4)."
    case .acceptRanges: "Parts may be asked for with `Range`."
    case .entityTag: "The content's SHA-256, in quotes."
    case .vary: "The format depends on `Accept`."
    case .rateLimitPolicy:
      "What the caller's party may ask for in a window of seconds, where the gateway limits it."
    case .rateLimit: "What is left of that, and for how many seconds."
    case .contentDisposition: "The name under which the file is kept."
    case .cacheControl: "How long a copy may be kept; `no-store` means not at all."
    }
  }

  /// The Headers of one answer: every answer names its request, and those of a call that is limited
  /// tell the limits.
  static func document(_ fields: [DescribedField], isLimited: Bool) -> DocumentValue {
    let limits: [DescribedField] = isLimited ? [.rateLimitPolicy, .rateLimit] : []
    return .object(
      ([.requestID] + limits + fields).map { field in
        (field.rawValue, ["$ref": .text("#/components/headers/" + field.rawValue)])
      })
  }

  /// All fields, for the document's components.
  static var components: DocumentValue {
    .object(
      allCases.map { field in
        (field.rawValue, ["description": .text(field.meaning), "schema": field.schema])
      })
  }
}
