package kvasir.lab.report;

import java.awt.Dimension;
import java.awt.geom.Rectangle2D;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.Text;

/** Conversion of plots to scalable SVG whose text stays text. */
final class Svg {
  static final String NAMESPACE = "http://www.w3.org/2000/svg";

  private Svg() {}

  /**
   * Returns a plot as SVG.
   *
   * @param prefix prefix of all ids in the SVG, which must be unique in a page
   * @param title description for readers who cannot see the plot
   */
  static String draw(Plot plot, Plot.Size size, Theme theme, String prefix, String title) {
    try {
      Document document =
          DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().newDocument();
      document.appendChild(document.createElementNS(NAMESPACE, "svg"));
      SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
      context.setComment("");
      context.setIDGenerator(new Ids(prefix));
      SVGGraphics2D graphics = new SVGGraphics2D(context, false);
      Dimension canvas = new Dimension(size.width(), plot.height(size));
      graphics.setSVGCanvasSize(canvas);
      plot.chart(theme).draw(graphics, new Rectangle2D.Double(0, 0, canvas.width, canvas.height));
      Element root = graphics.getRoot();
      describe(root, canvas, prefix, title);
      unsharedIds(root, prefix);
      clean(root);
      return text(root);
    } catch (ParserConfigurationException | TransformerException e) {
      throw new IllegalStateException("a JDK without XML", e);
    }
  }

  private static void describe(Element root, Dimension canvas, String prefix, String title) {
    root.setAttribute("viewBox", "0 0 " + canvas.width + " " + canvas.height);
    root.setAttribute("width", "100%");
    root.removeAttribute("height");
    root.setAttribute("id", prefix);
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", title);
    Element name = root.getOwnerDocument().createElementNS(NAMESPACE, "title");
    name.setTextContent(title);
    root.insertBefore(name, root.getFirstChild());
  }

  /**
   * Removes ids without the prefix. Batik gives one element of every drawing the same id, to which
   * nothing refers.
   */
  private static void unsharedIds(Node node, String prefix) {
    if (node instanceof Element element && !element.getAttribute("id").startsWith(prefix)) {
      element.removeAttribute("id");
    }
    for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
      unsharedIds(child, prefix);
    }
  }

  /** Replaces characters that XML does not allow by spaces, and removes comments. */
  private static void clean(Node node) {
    Node next;
    for (Node child = node.getFirstChild(); child != null; child = next) {
      next = child.getNextSibling();
      if (child.getNodeType() == Node.COMMENT_NODE) {
        node.removeChild(child);
      } else if (child instanceof Text text) {
        text.setData(Markup.printable(text.getData()));
      } else {
        clean(child);
      }
    }
    if (node instanceof Element element && element.hasAttribute("aria-label")) {
      element.setAttribute("aria-label", Markup.printable(element.getAttribute("aria-label")));
    }
  }

  private static String text(Element root) throws TransformerException {
    Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter writer = new StringWriter();
    transformer.transform(new DOMSource(root), new StreamResult(writer));
    return writer.toString();
  }

  /** Generator of ids with a prefix; without it Batik would use the same ids in each plot. */
  private static final class Ids extends SVGIDGenerator {
    private final String prefix;

    private Ids(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public String generateID(String kind) {
      return prefix + "-" + super.generateID(kind);
    }
  }
}
