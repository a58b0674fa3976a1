/**
 * Constraints of outputs by grammars: the tokens of a vocabulary that may follow, for rank 0, which
 * tells the other ranks masks alone.
 */
package kvasir.engine.constraint;
