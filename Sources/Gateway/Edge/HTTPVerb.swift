// The request methods that a route may name (RFC 9110, section 9). Never guesses: a method that
// is not listed is `other`, and no route can match it.

import NIOHTTP1

/// A request method.
package enum HTTPVerb: String, Sendable, Hashable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  case other = "OTHER"

  init(_ method: HTTPMethod) {
    switch method {
    case .GET: self = .get
    case .HEAD: self = .head
    case .POST: self = .post
    case .PUT: self = .put
    case .PATCH: self = .patch
    case .DELETE: self = .delete
    case .OPTIONS: self = .options
    default: self = .other
    }
  }
}
