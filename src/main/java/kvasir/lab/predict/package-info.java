/**
 * Prediction of the time and memory of a layout before it is run. The cost model combines counts of
 * the code's work with rates of the machine. It is used to find the best layout, and its errors on
 * measured rows are reported.
 *
 * <pre>
 *   Hardware, ClusterLayout, Setting  -&gt;  CostModel  -&gt;  Prediction
 *     WeightCount, KvCount   reads of the busiest rank        |
 *     Exchanges              messages and their bytes         +-&gt; LayoutSearch, PredictionErrors
 *     Calibration            shares of the limits reached
 * </pre>
 */
package kvasir.lab.predict;
