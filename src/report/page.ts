import { toneOf, type ReportModel } from '../quality/report/compose.ts';
import { countText, percentText, plural, rangeText, scoreText } from '../quality/report/words.ts';
import { completenessChart, dimensionChart, trendChart } from './charts.ts';
import { Html, html } from './html.ts';
import {
  anomalySection,
  candleSection,
  cleaningSection,
  quarantineSection,
  restatementSection,
  secondSourceSection,
  ruleSection,
  sourceSection,
  worstSection,
} from './sections.ts';
import { STYLE } from './style.ts';
import { sectionOf, type Section } from './tables.ts';

/** The report as one page that needs nothing else: no script, no font, no request. */
export function renderPage(model: ReportModel): string {
  const { facts, says } = model;
  const range = rangeText(facts.startDate, facts.endDate);
  const sections = sectionsOf(model);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <link rel="icon" href="data:," />
        <title>Quality report, ${range}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">Candlewick · quality report</p>
          <h1>${range}</h1>
          <p class="lead">${says.headline}</p>
          ${demoNote(model)} ${figures(model)}
          <nav aria-label="Sections">
            ${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}
          </nav>
        </header>
        <main>${sections.map(sectionOf)}</main>
        ${footer(model)}
      </body>
    </html> `;
  return page.text;
}

function demoNote({ facts }: ReportModel): Html | undefined {
  return facts.purpose === 'demo'
    ? html`<p class="demo">Demo database: bars of the simulated market among these are made up.</p>`
    : undefined;
}

function figures({ facts, score, tone, budgetUsed, owed, present }: ReportModel): Html {
  const repaired = facts.cleaning?.repairedBars;
  return html`<div class="figures">
    <div class="figure score ${tone}">
      <span>score of what is stored</span><b>${scoreText(score)}</b>
      <span>${percentText(budgetUsed)} of the tolerated errors used up</span>
    </div>
    <div class="figure">
      <span>bars judged</span><b>${countText(facts.bars)}</b>
      <span>of ${plural(facts.symbols, 'symbol')}</span>
    </div>
    <div class="figure">
      <span>owed bars that are there</span><b>${percentText(present)}</b>
      <span>${countText(facts.missing)} missing of ${countText(owed)}</span>
    </div>
    <div class="figure">
      <span>held for a decision</span><b>${countText(facts.quarantine.held)}</b>
      <span
        >${repaired === undefined ? 'cleaning not judged' : `${plural(repaired, 'bar')} repaired`}</span
      >
    </div>
  </div>`;
}

function sectionsOf(model: ReportModel): readonly Section[] {
  return [
    trendSection(model),
    completenessSection(model),
    dimensionSection(model),
    worstSection(model),
    candleSection(model),
    sourceSection(model),
    cleaningSection(model),
    quarantineSection(model),
    anomalySection(model),
    secondSourceSection(model),
    restatementSection(model),
    ruleSection(model),
  ];
}

function trendSection({ days, says }: ReportModel): Section {
  const isCompared = days.some(({ scoreAsSent }) => scoreAsSent !== null);
  const body =
    days.length < 2
      ? undefined
      : html`<figure>
          ${trendChart(days, says.trend)}
          ${
            isCompared
              ? html`<ul class="legend">
                  <li><i class="stroke" style="border-color:var(--accent)"></i>as stored now</li>
                  <li>
                    <i class="stroke" style="border-color:var(--sent);border-top-style:dashed"></i
                    >as the sources sent it
                  </li>
                </ul>`
              : undefined
          }
          <figcaption>
            Each session by the errors among its owed bars.
            ${
              isCompared
                ? 'Where the dashed line lies below the solid one, cleaning or a later load has made good what was sent wrong; where it lies above, bars that came are held back.'
                : 'What the sources sent was not judged for these days.'
            }
          </figcaption>
        </figure>`;
  return { id: 'trend', title: 'Score by session', says: says.trend, body };
}

function completenessSection({ days, says, present }: ReportModel): Section {
  const owedDays = days.filter(({ owed, excused }) => owed + excused > 0);
  const body =
    owedDays.length === 0 || present === undefined
      ? undefined
      : html`<figure>
          ${completenessChart(owedDays, says.completeness)}
          <ul class="legend">
            ${LEGEND.map(([colour, text]) => html`<li><i style="background:${colour}"></i>${text}</li>`)}
          </ul>
          <figcaption>
            A square is a session, a column a week. Empty squares are holidays: no bar is owed.
            Point at a square for its counts.
          </figcaption>
        </figure>`;
  return { id: 'completeness', title: 'Completeness calendar', says: says.completeness, body };
}

const LEGEND = [
  ['var(--heat-4)', 'all there'],
  ['var(--heat-3)', '99 % or more'],
  ['var(--heat-2)', '90 % or more'],
  ['var(--heat-1)', 'half or more'],
  ['var(--heat-0)', 'less than half'],
] as const;

function dimensionSection({ dimensions, says }: ReportModel): Section {
  const weak = dimensions.filter(({ score }) => toneOf(score) !== 'good');
  const body = html`<figure>
    ${dimensionChart(dimensions, says.dimensions)}
    <figcaption>
      ${dimensions.map(({ dimension, asks }) => `${dimension}: ${asks}`).join(' ')}
      ${weak.length === 0 ? 'None needs attention.' : `Look first at ${weak.map(({ dimension }) => dimension).join(' and ')}.`}
    </figcaption>
  </figure>`;
  return { id: 'dimensions', title: 'What kind of errors', says: says.dimensions, body };
}

function footer({ facts }: ReportModel): Html {
  return html`<footer>
    <p>
      A score is 0.7 to the power of the share of tolerated errors that is used up: 1.000 is no
      error, 0.700 is the tolerance of 5 % used up, and no further error can raise it. Scores are
      cut to three digits, never rounded up. Missing and held bars count as errors in completeness.
      Prices are unadjusted, in CNY.
    </p>
    <p>
      Generated ${facts.generatedAt.slice(0, 16).replace('T', ' ')} UTC from the stored bars. All
      findings:
      <code>quality_check_findings</code>, all held bars: <code>candlewick quarantine list</code>.
    </p>
  </footer>`;
}
