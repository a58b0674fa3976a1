/**
 * What measuring needs and what is measured knows nothing of: a clock for the parts of a step, the
 * state of the machine, the end of warm-up, statistics. A leaf.
 */
package kvasir.measure;
