import type { ReportModel, RuleLine } from '../quality/report/compose.ts';
import type {
  AnomalyFacts,
  CandleFacts,
  CleaningFacts,
  QuarantineFacts,
  RestatementFacts,
  SecondSourceFacts,
  SourceFacts,
  SymbolFacts,
} from '../quality/report/facts.ts';
import { countText, dayText, percentText, plural, ruleText } from '../quality/report/words.ts';
import { candleChart, cleaningChart, numbered } from './charts.ts';
import { html, type Html } from './html.ts';
import { scoreCell, tableOf, type Section } from './tables.ts';

export function worstSection({ facts, says }: ReportModel): Section {
  const body = tableOf<SymbolFacts>(facts.worst, [
    {
      title: 'symbol',
      kind: 'nowrap',
      cell: ({ symbol, name }) => html`<b>${symbol}</b> ${name ?? ''}`,
    },
    { title: 'score', kind: 'nowrap', cell: ({ score }) => scoreCell(score) },
    { title: 'bars', kind: 'number', cell: ({ bars }) => countText(bars) },
    { title: 'missing', kind: 'number', cell: ({ missing }) => countText(missing) },
    { title: 'held', kind: 'number', cell: ({ held }) => countText(held) },
    { title: 'findings', kind: 'number', cell: ({ findings }) => countText(findings) },
    { title: 'for example', cell: ({ example }) => example ?? '' },
  ]);
  return { id: 'worst', title: 'Worst symbols', says: says.worst, body };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  stored: 'stored as it is',
  repaired: 'repaired',
  held: 'held',
};

export function candleSection({ facts, says }: ReportModel): Section {
  const body =
    facts.candles.length === 0
      ? undefined
      : html`${facts.candles.map(candleFigure)}
          <p class="quiet">
            Red is a rise, green a fall, as Chinese markets have it. A dotted line is a bar that
            readers do not see.
          </p>`;
  return { id: 'flagged', title: 'Flagged bars', says: says.candles, body };
}

function candleFigure(candles: CandleFacts): Html {
  const { symbol, name, bars, flags } = candles;
  const [first, last] = [bars.at(0)?.day ?? '', bars.at(-1)?.day ?? ''];
  const days = numbered(flags);
  const label = `${symbol} from ${first} to ${last}: ${plural(days.length, 'flagged session')}`;
  const most = days.slice(0, 8);
  return html`<h3>${symbol} ${name ?? ''}</h3>
    <figure>
      ${candleChart(candles, label)}
      <figcaption>
        ${plural(days.length, 'session')} of ${dayText(first)} to ${dayText(last)}
        ${days.length === 1 ? 'is' : 'are'} flagged.
        ${days.length > most.length ? `The first ${most.length}:` : ''}
      </figcaption>
    </figure>
    <ol class="flags">
      ${most.map(
        ({ day, number, flags: ofDay }) =>
          html`<li>
            <span class="number">${number}</span><span>${day}</span>
            <span>
              ${ofDay.map(
                ({ rule, outcome, message }) =>
                  html`<span class="state">${OUTCOMES[outcome] ?? outcome}</span> ${message}
                    <span class="quiet">${ruleText(rule)}</span> `,
              )}
            </span>
          </li>`,
      )}
    </ol>`;
}

export function sourceSection({ facts, says }: ReportModel): Section {
  const body = tableOf<SourceFacts>(facts.sources, [
    { title: 'source', kind: 'nowrap', cell: ({ source }) => html`<b>${source}</b>` },
    { title: 'bars in the table', kind: 'number', cell: ({ bars }) => countText(bars) },
    { title: 'score as sent', kind: 'nowrap', cell: ({ scoreAsSent }) => scoreCell(scoreAsSent) },
    { title: 'after cleaning', kind: 'nowrap', cell: ({ score }) => scoreCell(score) },
    { title: 'held', kind: 'number', cell: ({ held }) => countText(held) },
    { title: 'rejected', kind: 'number', cell: ({ rejected }) => countText(rejected) },
    { title: 'answers', kind: 'number', cell: ({ answers }) => countText(answers) },
    {
      title: 'last answer',
      kind: 'nowrap',
      cell: ({ lastFetched }) => lastFetched?.slice(0, 10) ?? '–',
    },
  ]);
  return { id: 'sources', title: 'Sources', says: says.sources, body };
}

export function cleaningSection({ facts: { cleaning }, says }: ReportModel): Section {
  const isIdle =
    cleaning === undefined ||
    cleaning.repaired + cleaning.dropped + cleaning.held + cleaning.published === 0;
  const body = isIdle ? undefined : cleaningBody(cleaning, says.cleaning);
  return { id: 'cleaning', title: 'What cleaning did', says: says.cleaning, body };
}

function cleaningBody(cleaning: CleaningFacts, says: string): Html {
  const { scoreAsSent, scoreAfter, byRule, examples, undone } = cleaning;
  return html`<figure>
      ${cleaningChart(scoreAsSent, scoreAfter, says)}
      <figcaption>
        All batches of these days. A row that is held counts as lacking after cleaning, so holding
        back alone does not raise the score; a repair with proof does.
        ${undone === 0 ? '' : `${plural(undone, 'repair')} ${undone === 1 ? 'was' : 'were'} undone by hand.`}
      </figcaption>
    </figure>
    ${tableOf<CleaningFacts['byRule'][number]>(byRule, [
      { title: 'rule', cell: ({ rule }) => ruleText(rule) },
      { title: 'found', kind: 'number', cell: ({ found }) => countText(found) },
      { title: 'repaired', kind: 'number', cell: ({ repaired }) => countText(repaired) },
      {
        title: 'share repaired',
        kind: 'number',
        cell: ({ found, repaired }) => percentText(repaired / found),
      },
    ])}
    ${examples.length === 0 ? undefined : html`<h3>Latest repairs</h3>`}
    ${tableOf<CleaningFacts['examples'][number]>(examples, [
      { title: 'symbol', kind: 'nowrap', cell: ({ symbol }) => symbol },
      { title: 'day', kind: 'nowrap', cell: ({ day }) => day },
      { title: 'column', cell: ({ column }) => column },
      { title: 'as sent', kind: 'number', cell: ({ original }) => original ?? '–' },
      { title: 'repaired', kind: 'number', cell: ({ repaired }) => repaired ?? '–' },
      { title: 'by rule', cell: ({ rule }) => ruleText(rule) },
    ])}`;
}

export function quarantineSection({ facts: { quarantine }, says }: ReportModel): Section {
  const body = tableOf<QuarantineFacts['groups'][number]>(quarantine.groups, [
    { title: 'source', kind: 'nowrap', cell: ({ source }) => source },
    { title: 'reason', cell: ({ rule }) => ruleText(rule) },
    { title: 'bars', kind: 'number', cell: ({ rows }) => countText(rows) },
    { title: 'symbols', kind: 'number', cell: ({ symbols }) => countText(symbols) },
  ]);
  return { id: 'quarantine', title: 'Held for a decision', says: says.quarantine, body };
}

export function anomalySection({ facts, says }: ReportModel): Section {
  const body = tableOf<AnomalyFacts>(facts.anomalies, [
    { title: 'symbol', kind: 'nowrap', cell: ({ symbol }) => html`<b>${symbol}</b>` },
    { title: 'day', kind: 'nowrap', cell: ({ day }) => day },
    { title: 'what stands out', cell: ({ message }) => message },
    { title: 'by', kind: 'nowrap', cell: ({ rule }) => ruleText(rule) },
  ]);
  return { id: 'unusual', title: 'Unusual, without proof', says: says.anomalies, body };
}

export function secondSourceSection({ facts: { secondSource }, says }: ReportModel): Section {
  const body = tableOf<SecondSourceFacts['differences'][number]>(secondSource.differences, [
    { title: 'symbol', kind: 'nowrap', cell: ({ symbol }) => symbol },
    { title: 'day', kind: 'nowrap', cell: ({ day }) => day },
    { title: 'field', cell: ({ field }) => field },
    { title: 'stored', kind: 'number', cell: ({ value }) => value },
    { title: 'source', cell: ({ source }) => source },
    { title: 'other value', kind: 'number', cell: ({ otherValue }) => otherValue },
    { title: 'other source', cell: ({ otherSource }) => otherSource },
  ]);
  return { id: 'second-source', title: 'Second source', says: says.secondSource, body };
}

export function restatementSection({ facts, says }: ReportModel): Section {
  const body = tableOf<RestatementFacts>(facts.restatements, [
    { title: 'symbol', kind: 'nowrap', cell: ({ symbol }) => html`<b>${symbol}</b>` },
    { title: 'day', kind: 'nowrap', cell: ({ day }) => day },
    { title: 'close before', kind: 'number', cell: ({ before }) => before.toFixed(2) },
    { title: 'close now', kind: 'number', cell: ({ after }) => after.toFixed(2) },
    { title: 'source', cell: ({ source }) => source },
  ]);
  return { id: 'restated', title: 'Restatements', says: says.restatements, body };
}

export function ruleSection({ rules, says }: ReportModel): Section {
  const body = tableOf<RuleLine>(rules.slice(0, 15), [
    { title: 'rule', cell: ({ rule, summary }) => html`<b>${ruleText(rule)}</b> ${summary}` },
    { title: 'dimension', cell: ({ dimension }) => dimension },
    { title: 'hits', kind: 'number', cell: ({ hits }) => countText(hits) },
    { title: 'symbols', kind: 'number', cell: ({ symbols }) => countText(symbols) },
    {
      title: 'share of the loss',
      kind: 'number',
      cell: ({ share }) => (share === 0 ? 'noted only' : percentText(share)),
    },
  ]);
  return { id: 'rules', title: 'Rules that fired on stored bars', says: says.rules, body };
}
