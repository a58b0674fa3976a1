/**
 * The report of experiments: one page of words, plots and tables, and the numbers behind it. {@link
 * kvasir.lab.report.ReportPage} is the way in.
 *
 * <p>A {@code Study} holds one experiment with its estimates. A section makes {@code Markup} of
 * studies; its plots go through {@code Figures}, which draws each for a light and a dark page. Text
 * becomes markup only by {@code Markup.text}, which escapes it: names and answers come from
 * elsewhere.
 */
package kvasir.lab.report;
