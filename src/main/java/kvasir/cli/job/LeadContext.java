package kvasir.cli.job;

import kvasir.cli.terminal.Output;
import kvasir.engine.EngineSettings;
import kvasir.launch.Worlds;
import kvasir.model.OpenedModel;

/**
 * Environment of a job in the process that starts the ranks.
 *
 * @param settings settings of an engine with one thread, for what does not depend on the rank
 * @param model the job's model, which is closed after the job
 * @param worlds the ranks, none of which has been started
 * @param output output of this process
 */
record LeadContext(EngineSettings settings, OpenedModel model, Worlds worlds, Output output) {}
