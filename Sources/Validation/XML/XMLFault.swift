// What can be wrong with XML bytes, each with its rule and what to do about it.
// Fixed sentences and limits only: nothing of the document stands in them.
import ExchangeModel

/// One reason why bytes are no document for us.
enum XMLFault {
  case empty, notXML, encoding, notUTF8, illegalCharacter, declaration, version, doctype, entity
  case characterReference, processingInstruction, markup, commentDashes, cdataEndInText
  case unfinished, afterRoot, tag, endTag, name, attribute, lessThanInAttribute
  case duplicateAttribute, undeclaredPrefix, namespaceDeclaration, xinclude
  case tooLarge(bytes: Int)
  case tooDeep(levels: Int)
  case tooManyElements(count: Int)
  case tooManyAttributes(count: Int)
  case tooManyNamespaces(count: Int)
  case nameTooLong(bytes: Int)
  case textTooLong(bytes: Int)

  /// The rule's name and the sentence for the sender.
  var text: (rule: String, message: String) {
    switch self {
    case .empty: ("empty", "There is no element. Send one XML document.")
    case .notXML: ("not-xml", "An XML document starts with `<`. Send one XML document.")
    case .encoding:
      ("encoding", "Send UTF-8 without a byte order mark, and say UTF-8 or nothing as encoding.")
    case .notUTF8: ("utf-8", "These bytes are not UTF-8. Send UTF-8.")
    case .illegalCharacter:
      ("character", "XML 1.0 does not allow this control character. Leave it out.")
    case .declaration:
      ("declaration", "Write the XML declaration as <?xml version=\"1.0\" encoding=\"UTF-8\"?>.")
    case .version: ("version", "Only XML 1.0 is taken. State version 1.0.")
    case .doctype: ("doctype", "A document type declaration is never taken. Leave it out.")
    case .entity:
      ("entity", "Only &amp; &lt; &gt; &quot; &apos; and character references are taken.")
    case .characterReference:
      ("character-reference", "A character reference must name a character that XML 1.0 allows.")
    case .processingInstruction:
      ("processing-instruction", "Processing instructions are never taken. Leave them out.")
    default: tagText
    }
  }

  private var tagText: (rule: String, message: String) {
    switch self {
    case .markup: ("markup", "After `<!` only a comment or a CDATA section may follow.")
    case .commentDashes: ("comment", "A comment may not contain two dashes in a row.")
    case .cdataEndInText: ("text", "Write `]]>` in text as `]]&gt;`.")
    case .unfinished: ("unfinished", "The document ends too early. Send all of it.")
    case .afterRoot: ("after-root", "Only one root element is taken, and nothing after it.")
    case .tag: ("tag", "A tag is not well formed. Separate attributes by a space, end it by `>`.")
    case .endTag: ("end-tag", "An end tag must name the element that was opened last.")
    case .name: ("name", "A name of an element or attribute is not well formed.")
    case .attribute: ("attribute", "Write an attribute as name=\"value\".")
    case .lessThanInAttribute: ("attribute", "Write `<` in an attribute's value as `&lt;`.")
    case .duplicateAttribute: ("duplicate-attribute", "An attribute may stand only once.")
    case .undeclaredPrefix:
      ("namespace", "A prefix is not declared. Declare it with xmlns:prefix=\"...\".")
    case .namespaceDeclaration:
      ("namespace", "A namespace declaration breaks the rules of Namespaces in XML 1.0.")
    case .xinclude: ("xinclude", "XInclude is never taken. Put the content itself here.")
    default: limitText
    }
  }

  private var limitText: (rule: String, message: String) {
    switch self {
    case .tooLarge(let bytes): ("size", "At most \(bytes) bytes. Send large content attached.")
    case .tooDeep(let levels): ("depth", "Elements nest at most \(levels) deep.")
    case .tooManyElements(let count): ("nodes", "A document has at most \(count) elements.")
    case .tooManyAttributes(let count):
      ("attributes", "An element has at most \(count) attributes.")
    case .tooManyNamespaces(let count):
      ("namespaces", "At most \(count) namespace declarations may be in scope.")
    case .nameTooLong(let bytes): ("name-length", "A name has at most \(bytes) bytes.")
    case .textTooLong(let bytes): ("text-length", "A text has at most \(bytes) bytes.")
    default: ("xml", "The document is not well formed.")
    }
  }
}

extension XMLParser {
  /// The error for a fault at the current position.
  func fault(_ fault: XMLFault) -> MalformedDocument {
    var here = self
    let (rule, message) = fault.text
    let path = open.map {
      "/" + String(decoding: bytes[nodes[$0.node].name.localRange], as: UTF8.self)
    }
    return MalformedDocument(
      rule: rule, line: here.currentLine(), message: message, place: path.joined())
  }
}
