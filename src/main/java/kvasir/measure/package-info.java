/**
 * Instruments of measurement that know nothing of the measured code: a clock for the parts of a
 * step, the state of the machine and the JVM, the end of warm-up, statistics.
 */
package kvasir.measure;
