/**
 * Grammars that answers must keep to: those of JSON schemas, and parts put together. A grammar is a
 * set of texts in UTF-8, read byte by byte; its state is a set of stacks of places, as in a
 * pushdown automaton.
 *
 * <pre>
 *   JSON schema -&gt; SchemaReader -&gt; Branches        ways in which keywords hold together
 *                              '-&gt; ObjectNodes, ArrayNodes, Text, Numeral, Words    parts
 *                              '-&gt; JsonMembers, ParameterMembers    spellings of objects
 *   Grammar -&gt; GrammarState --byte--&gt; GrammarState
 * </pre>
 *
 * <p>A state is dead as soon as no text can follow that fits, so that a text that is taken byte by
 * byte can always be completed. What cannot be held is refused with its keyword and place.
 */
package kvasir.grammar;
