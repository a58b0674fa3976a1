package kvasir.template;

/**
 * Run of characters of a rendered text with one origin.
 *
 * @param text the characters
 * @param input true if they come from the input, false if the template or a variable that the
 *     caller vouches for has written them
 */
public record Segment(String text, boolean input) {}
