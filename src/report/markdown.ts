import type { ReportModel } from '../quality/report/compose.ts';
import { countText, percentText, rangeText, ruleText, scoreText } from '../quality/report/words.ts';

/** The report as Markdown: the same conclusions and tables, without the drawings. */
export function renderMarkdown(model: ReportModel): string {
  const { facts, says } = model;
  const lines = [
    `# Quality report, ${rangeText(facts.startDate, facts.endDate)}`,
    '',
    `**${says.headline}**`,
    '',
    section('Score by session', says.trend),
    section('Dimensions', says.dimensions),
    table(
      ['dimension', 'score', 'asks'],
      model.dimensions.map(({ dimension, score, asks }) => [dimension, scoreText(score), asks]),
    ),
    section('Completeness', says.completeness),
    section('Worst symbols', says.worst),
    table(
      ['symbol', 'name', 'score', 'bars', 'held', 'findings', 'example'],
      facts.worst.map((one) => [
        one.symbol,
        one.name ?? '',
        scoreText(one.score),
        countText(one.bars),
        countText(one.held),
        countText(one.findings),
        one.example ?? '',
      ]),
    ),
    section('Flagged bars', says.candles),
    table(
      ['symbol', 'day', 'what', 'rule', 'why'],
      facts.candles.flatMap(({ symbol, flags }) =>
        flags.map((flag) => [symbol, flag.day, flag.outcome, ruleText(flag.rule), flag.message]),
      ),
    ),
    section('Sources', says.sources),
    table(
      ['source', 'bars', 'answers', 'held', 'rejected', 'as sent', 'after cleaning', 'last answer'],
      facts.sources.map((one) => [
        one.source,
        countText(one.bars),
        countText(one.answers),
        countText(one.held),
        countText(one.rejected),
        scoreText(one.scoreAsSent),
        scoreText(one.score),
        one.lastFetched ?? '–',
      ]),
    ),
    section('Cleaning', says.cleaning),
    table(
      ['symbol', 'day', 'column', 'as sent', 'repaired', 'rule'],
      (facts.cleaning?.examples ?? []).map((one) => [
        one.symbol,
        one.day,
        one.column,
        one.original ?? '–',
        one.repaired ?? '–',
        ruleText(one.rule),
      ]),
    ),
    section('Quarantine', says.quarantine),
    table(
      ['source', 'rule', 'bars', 'symbols'],
      facts.quarantine.groups.map((one) => [
        one.source,
        ruleText(one.rule),
        countText(one.rows),
        countText(one.symbols),
      ]),
    ),
    section('Unusual, without proof', says.anomalies),
    table(
      ['symbol', 'day', 'rule', 'why'],
      facts.anomalies.map((one) => [one.symbol, one.day, ruleText(one.rule), one.message]),
    ),
    section('Second source', says.secondSource),
    table(
      ['symbol', 'day', 'field', 'stored', 'source', 'other value', 'other source'],
      facts.secondSource.differences.map((one) => [
        one.symbol,
        one.day,
        one.field,
        one.value,
        one.source,
        one.otherValue,
        one.otherSource,
      ]),
    ),
    section('Restatements', says.restatements),
    table(
      ['symbol', 'day', 'close before', 'close now', 'source'],
      facts.restatements.map((one) => [
        one.symbol,
        one.day,
        one.before.toFixed(2),
        one.after.toFixed(2),
        one.source,
      ]),
    ),
    section('Rules', says.rules),
    table(
      ['rule', 'dimension', 'hits', 'symbols', 'share of the loss'],
      model.rules.map((one) => [
        ruleText(one.rule),
        one.dimension,
        countText(one.hits),
        countText(one.symbols),
        percentText(one.share),
      ]),
    ),
    `_Generated ${facts.generatedAt}. Score = 0.7 to the power of the share of tolerated errors used up._`,
    '',
  ];
  return lines.filter((line, at) => line !== '' || lines[at - 1] !== '').join('\n');
}

function section(title: string, sentence: string): string {
  return `## ${title}\n\n${sentence}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) {
    return '';
  }
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return `${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
