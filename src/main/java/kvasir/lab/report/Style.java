package kvasir.lab.report;

/** The style sheet of the page. Dark colours are used on screens only, not in print. */
final class Style {
  static final String CSS =
      """
      :root { LIGHT}
      :root { --page: #ffffff; --ink: #1b1f24; --soft: #59636e; --rule: #dfe3e8; --link: #0b62a4; }
      body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5;
        font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
      main { max-width: 70rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
      h1 { font-size: 1.8rem; margin: 0.5rem 0; }
      h2 { font-size: 1.35rem; margin: 2.5rem 0 0.5rem; border-bottom: 1px solid var(--rule); }
      h3 { font-size: 1.05rem; margin: 1.5rem 0 0.4rem; }
      p, li, dd, figcaption { max-width: 52rem; overflow-wrap: break-word; }
      li { margin: 0.25rem 0; }
      nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; padding: 0.5rem 0; }
      a { color: var(--link); }
      figure { margin: 1rem 0 2rem; }
      .plot { max-width: 54rem; }
      .plot svg { display: block; width: 100%; height: auto; }
      .small { display: none; }
      @media screen and (max-width: 40rem) {
        .large { display: none; }
        .small { display: block; }
      }
      .answer { font-size: 1.08rem; margin: 0.4rem 0; }
      .sure { color: var(--soft); font-size: 0.92rem; margin: 0.4rem 0; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.25rem;
        max-width: 52rem; margin: 0.75rem 0; }
      dt { font-weight: 600; }
      dd { margin: 0; }
      @media screen and (max-width: 40rem) {
        main { padding: 0.75rem 1rem 2rem; }
        dl { display: block; }
        dd { margin: 0 0 0.5rem; }
        ul { padding-left: 1.2rem; }
      }
      figcaption, footer { color: var(--soft); font-size: 0.92rem; }
      figcaption strong { color: var(--ink); }
      .wide { overflow-x: auto; margin: 0.75rem 0; }
      table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
      th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; }
      th { border-bottom: 1px solid var(--soft); white-space: nowrap; }
      td { border-bottom: 1px solid var(--rule); min-width: 3rem; max-width: 26rem; }
      td.n { text-align: right; white-space: nowrap; }
      pre { font-size: 0.85rem; margin: 0; }
      footer { margin-top: 3rem; }
      @media screen and (prefers-color-scheme: dark) {
        :root { LIGHT}
      :root { --page: #16181d; --ink: #e4e7eb; --soft: #a9b2bd; --rule: #343a43; --link: #7cc0f2; }
        :root { DARK}
      }
      @media print {
        .small { display: none; }
        nav { display: none; }
        main { max-width: none; padding: 0; }
        figure, tr { break-inside: avoid; }
        .wide { overflow: visible; }
      }
      """
          .replace("LIGHT", Theme.LIGHT.variables())
          .replace("DARK", Theme.DARK.variables());

  private Style() {}
}
