/**
 * What a layout of ranks and threads will cost before it is run: a model of time and memory from
 * counts of the code and rates of the machine, the best layout by it, and how far it was from what
 * has been measured.
 *
 * <pre>
 *   Hardware, Layout, Setting  ->  CostModel  ->  Prediction
 *   WeightCount, KvCount  what the busiest rank reads      |
 *   Exchanges             what travels, and how often      +-> LayoutSearch, PredictionErrors
 *   Calibration           shares of the limits reached     |
 * </pre>
 */
package kvasir.lab.predict;
