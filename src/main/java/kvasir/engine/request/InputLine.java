package kvasir.engine.request;

/**
 * One line of the input, not blank.
 *
 * @param number number of the line, from 1
 * @param bytes the line without its LF; if it is too long only its beginning. Not copied
 * @param whole false if the line is too long
 */
public record InputLine(long number, byte[] bytes, boolean whole) {}
