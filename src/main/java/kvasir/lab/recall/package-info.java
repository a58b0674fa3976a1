/**
 * Documents about invented towns, questions on them, and the evaluation of a model's answers. The
 * demo model is trained on such documents.
 *
 * <pre>
 *   seed -&gt; TownWriter -&gt; TownDocument -&gt; TownExercise -&gt; Reading -&gt; Reply -&gt; RecallEvaluation
 *                         text, facts     tokens, facts   engine     answer   right or wrong
 * </pre>
 */
package kvasir.lab.recall;
