/**
 * Instruments of measurement that know nothing of the measured code: a clock for the parts of a
 * step, the state of the machine and the JVM, the end of warm-up, statistics.
 *
 * <pre>
 *   StepClock                  a rank's main thread: compute | pack | merge | exchange
 *   SteadyState                runs until times stop changing, with JvmWork for the compilers
 *   Statistics -> Estimate     samples -> median with its 95 % interval
 *   MachineFacts, MachineLoad  the machine; its load between two readings
 *   Activity                   a rank's current activity, for the heartbeat and the status line
 *   QuantityReader             50us, 12GB/s -> a number
 * </pre>
 */
package kvasir.measure;
