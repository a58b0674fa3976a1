/**
 * Interpreter of chat templates: the subset of the Jinja language that templates of published
 * models use, with the values, messages and blanks of jinja2 as Hugging Face transformers sets it
 * up. A template reaches no object of Java, and its work, nesting and output are limited.
 *
 * <pre>
 *   source    -&gt;  Lexer  -&gt;  Parser    -&gt;  Statement, Expression
 *   variables -&gt;  Values  \
 *                          Executor, Evaluator  -&gt;  RenderedText
 *   Limits    -&gt;  Meter   /
 * </pre>
 *
 * Each text remembers which of its characters come from the input ({@link kvasir.template.Text}),
 * so that no part of a message is taken for a mark of the template.
 */
package kvasir.template;
