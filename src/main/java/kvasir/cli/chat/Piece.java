package kvasir.cli.chat;

/**
 * Piece of an answer that is being generated.
 *
 * @param thought whether it is one of the thoughts before the answer
 */
record Piece(String text, boolean thought) {}
