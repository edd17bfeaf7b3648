import { composeReport } from '../../quality/report/compose.ts';
import type { ReportFacts } from '../../quality/report/facts.ts';
import { renderMarkdown } from '../../report/markdown.ts';
import { renderPage } from '../../report/page.ts';

/** A report in its three forms. */
export interface RenderedReport {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
  readonly score: number | undefined;
  readonly headline: string;
}

/** Figures and drawings: 0.2 to 1 s of a core. */
export function runReport(facts: ReportFacts): RenderedReport {
  const model = composeReport(facts);
  return {
    html: renderPage(model),
    markdown: renderMarkdown(model),
    json: `${JSON.stringify(model, undefined, 1)}\n`,
    score: model.score,
    headline: model.says.headline,
  };
}
