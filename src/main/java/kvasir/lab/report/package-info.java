/**
 * The report of experiments: one page of words, plots and tables, and the numbers behind it. {@link
 * kvasir.lab.report.ReportPage} is the entry point.
 *
 * <pre>
 *   ExperimentResult  -&gt;  Study  -&gt;  ...Section  -&gt;  Markup   -&gt;  report.html
 *                           |                    -&gt;  Figures  -&gt;  plots/NAME.svg
 *                           +-----  DataFiles  ---------------&gt;  report.csv, report.json
 * </pre>
 *
 * <p>A {@code Study} holds one experiment with its estimates. A section turns studies into {@code
 * Markup}; its plots are drawn by {@code Figures}. Text becomes markup only by {@code Markup.text},
 * which escapes it, since names and answers may contain anything.
 *
 * <p>Two pictures stand alone: {@link kvasir.lab.report.MassPicture} of an answer's attention and
 * {@link kvasir.lab.report.LayoutPicture} of blocks, ranks and the merge tree. Both are drawn by
 * {@code Drawing}.
 */
package kvasir.lab.report;
