// Answers with the JDK's own XML Schema validator: reads lines `MODE<TAB>SCHEMA<TAB>FILE`, prints
// one for each: `valid`, `invalid: …` or `error: …`. MODE is `envelope` or `payload`; a payload is
// the one element inside the envelope's data. Never reads anything that a file refers to.

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

public class XsdCheck {
  static final String EVENTS = "http://cloudevents.io/xmlformat/V1";
  static final Map<String, Schema> SCHEMAS = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] fields = line.split("\t");
      System.out.println(answer(fields[0], fields[1], fields[2]).replaceAll("\\s+", " "));
    }
  }

  static String answer(String mode, String schemaPath, String path) {
    try {
      Document document = parse(path);
      Element root = document.getDocumentElement();
      Node subject = mode.equals("payload") ? payload(root) : withKnownType(document);
      var validator = schema(schemaPath).newValidator();
      validator.setErrorHandler(new Strict());
      validator.validate(new DOMSource(subject));
      return "valid";
    } catch (SAXParseException fault) {
      return "invalid: " + fault.getMessage();
    } catch (Exception fault) {
      return "error: " + fault;
    }
  }

  static Document parse(String path) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    var builder = factory.newDocumentBuilder();
    builder.setErrorHandler(new Strict());
    return builder.parse(new File(path));
  }

  static Schema schema(String path) throws SAXException {
    Schema known = SCHEMAS.get(path);
    if (known != null) return known;
    var factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
    factory.setErrorHandler(new Strict());
    try {
      Schema schema = factory.newSchema(new StreamSource(new File(path)));
      SCHEMAS.put(path, schema);
      return schema;
    } catch (SAXParseException fault) {
      throw new SAXException("the schema: " + fault.getMessage());
    }
  }

  /** CloudEvents writes xsi:type="xs:any" on data, no type of XML Schema: xs:anyType is. */
  static Document withKnownType(Document document) {
    Element data = data(document.getDocumentElement());
    if (data == null) return document;
    String type = data.getAttributeNS(XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI, "type");
    if (type.endsWith(":any")) {
      data.setAttributeNS(
          XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI, "xsi:type", type + "Type");
    }
    return document;
  }

  /** The envelope's data; null when there is none. */
  static Element data(Element event) {
    for (Node node = event.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (EVENTS.equals(node.getNamespaceURI()) && "data".equals(node.getLocalName())) {
        return (Element) node;
      }
    }
    return null;
  }

  static Element payload(Element event) throws SAXException {
    Element data = data(event);
    Node node = data == null ? null : data.getFirstChild();
    for (; node != null; node = node.getNextSibling()) {
      if (node instanceof Element) return (Element) node;
    }
    throw new SAXException("data holds no element");
  }

  static class Strict implements ErrorHandler {
    public void warning(SAXParseException fault) throws SAXException {
      throw fault;
    }

    public void error(SAXParseException fault) throws SAXException {
      throw fault;
    }

    public void fatalError(SAXParseException fault) throws SAXException {
      throw fault;
    }
  }
}
