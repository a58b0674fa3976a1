/**
 * Regular expressions as automata over code points: the subset of ECMA-262's syntax that is
 * regular, with bounds on the size of what is built.
 *
 * <pre>
 *   text -&gt; PatternParser -&gt; Regex -&gt; Nfa -&gt; Determiniser -&gt; TextAutomaton
 * </pre>
 */
package kvasir.grammar.pattern;
