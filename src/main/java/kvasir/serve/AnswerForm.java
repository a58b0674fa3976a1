package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Form in which an endpoint writes answers as JSON, whole or as a stream of chunks. */
interface AnswerForm {
  /**
   * One choice of an answer.
   *
   * @param text its whole text
   * @param entries tokens of its content, if log-probabilities were asked for
   * @param reason reason of its end
   */
  record Choice(AnswerText text, List<TokenEntry> entries, EndReason reason) {}

  /** Returns the chunks with which a stream begins. */
  List<ObjectNode> opening();

  /** Returns the chunks of a further part of a choice. */
  List<ObjectNode> pieces(int index, Piece piece);

  /** Returns the chunks that end a choice. */
  List<ObjectNode> end(int index, EndReason reason);

  /** Returns the chunk with the counts, which has no choices. */
  ObjectNode counts(Usage usage);

  /** Returns a whole answer. */
  ObjectNode whole(List<Choice> choices, Usage usage);
}
