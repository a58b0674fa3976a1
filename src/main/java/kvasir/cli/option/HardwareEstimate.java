package kvasir.cli.option;

import kvasir.lab.predict.Hardware;

/**
 * Estimate of the hardware of a cluster's nodes and of the network between them, given by the user
 * or measured on this machine.
 *
 * @param hardware rates and sizes of a node, and its links
 * @param origins origin of each number: text for people, one line for each group of numbers
 */
public record HardwareEstimate(Hardware hardware, String origins) {}
