/**
 * Experiments: declarative definitions, their arms as child processes of the {@code bench} command,
 * results that outlive an interruption, a cost model, and the report that explains them.
 */
package kvasir.lab.experiment;
