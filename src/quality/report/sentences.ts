import type { ReportModel } from './compose.ts';
import { countText, dayText, percentText, plural, ruleText, scoreText } from './words.ts';

/** For each section, what to conclude from it: one or two plain sentences. */
export interface Sentences {
  readonly headline: string;
  readonly trend: string;
  readonly dimensions: string;
  readonly completeness: string;
  readonly worst: string;
  readonly candles: string;
  readonly sources: string;
  readonly cleaning: string;
  readonly quarantine: string;
  readonly anomalies: string;
  readonly secondSource: string;
  readonly restatements: string;
  readonly rules: string;
}

type Figures = Omit<ReportModel, 'says'>;

export function sentencesOf(figures: Figures): Sentences {
  return {
    headline: headline(figures),
    trend: trend(figures),
    dimensions: dimensions(figures),
    completeness: completeness(figures),
    worst: worst(figures),
    candles: candles(figures),
    sources: sources(figures),
    cleaning: cleaning(figures),
    quarantine: quarantine(figures),
    anomalies: anomalies(figures),
    secondSource: secondSource(figures),
    restatements: restatements(figures),
    rules: rules(figures),
  };
}

function headline({ score, tone, facts }: Figures): string {
  if (score === undefined) {
    return 'Nothing was judged: no bar is stored in these days.';
  }
  const verdict = {
    good: 'These bars can be relied on',
    watch: 'These bars need a look before they are relied on',
    poor: 'These bars should not be relied on yet',
  }[tone];
  const open = [
    ...(facts.missing > 0 ? [`${plural(facts.missing, 'owed bar')} missing`] : []),
    ...(facts.held > 0 ? [`${countText(facts.held)} held in quarantine`] : []),
    ...(facts.failedSymbols > 0 ? [`${plural(facts.failedSymbols, 'symbol')} not judged`] : []),
  ];
  const rest = open.length === 0 ? 'none is missing or held' : open.join(', ');
  return `${verdict}: score ${scoreText(score)} over ${plural(facts.bars, 'bar')} of ${plural(facts.symbols, 'symbol')}; ${rest}.`;
}

function trend({ days }: Figures): string {
  const scored = days.flatMap(({ day, score, missing, quarantined }) =>
    score === undefined ? [] : [{ day, score, missing, quarantined }],
  );
  const [lowest] = scored.toSorted((a, b) => a.score - b.score);
  if (lowest === undefined) {
    return 'No session could be scored.';
  }
  const below = scored.filter(({ score }) => score < 0.7).length;
  const all = plural(scored.length, 'session');
  if (lowest.score > 0.9995) {
    return `All ${all} score 1.000: no rule found an error in any of them.`;
  }
  const lacks = [
    ...(lowest.missing > 0 ? [`${countText(lowest.missing)} missing`] : []),
    ...(lowest.quarantined > 0 ? [`${countText(lowest.quarantined)} held`] : []),
  ];
  const why = lacks.length === 0 ? '' : ` (${lacks.join(', ')})`;
  const where = `The lowest is ${dayText(lowest.day)} with ${scoreText(lowest.score)}${why}.`;
  return below === 0
    ? `None of ${all} falls below 0.700. ${where}`
    : `${countText(below)} of ${all} ${below === 1 ? 'falls' : 'fall'} below 0.700. ${where}`;
}

function dimensions(figures: Figures): string {
  const [weakest] = figures.dimensions.toSorted((a, b) => a.score - b.score);
  if (weakest === undefined || weakest.score > 0.9995) {
    return 'No dimension has lost anything worth a mention.';
  }
  return `Most is lost in ${weakest.dimension} (${scoreText(weakest.score)}); a dimension that has used up its tolerance of 5 % wrong bars stands at 0.700.`;
}

function completeness({ days, owed, present, facts }: Figures): string {
  if (present === undefined) {
    return 'No bars are owed in these days: no job has asked for them yet.';
  }
  const holes = days.filter((day) => day.missing + day.quarantined > 0);
  const excused = days.reduce((sum, day) => sum + day.excused, 0);
  const why = [
    ...(excused === 0
      ? []
      : [
          ` ${plural(excused, 'absence')} for a known suspension ${excused === 1 ? 'is' : 'are'} not owed.`,
        ]),
    ...(facts.barless === 0
      ? []
      : [
          ` ${plural(facts.barless, 'symbol')} ${facts.barless === 1 ? 'has' : 'have'} no bar at all in these days.`,
        ]),
  ].join('');
  if (holes.length === 0) {
    return `All ${plural(owed, 'owed bar')} are there.${why}`;
  }
  const [emptiest] = holes.toSorted((a, b) => (a.present ?? 1) - (b.present ?? 1));
  const most =
    emptiest === undefined
      ? ''
      : ` Most is lacking on ${dayText(emptiest.day)}: ${percentText(emptiest.present)} there.`;
  return `${percentText(present)} of ${plural(owed, 'owed bar')} are there; ${plural(holes.length, 'session')} lack${holes.length === 1 ? 's' : ''} some.${most}${why}`;
}

function worst({ facts }: Figures): string {
  const [first] = facts.worst;
  if (first === undefined) {
    return 'No symbol has lost anything worth a mention.';
  }
  const below = facts.worst.filter(({ score }) => score < 0.7).length;
  const many =
    facts.worst.length === 12 ? 'at least 12 symbols' : plural(facts.worst.length, 'symbol');
  return `${many[0]?.toUpperCase()}${many.slice(1)} score below 1.000, ${below === 0 ? 'none' : countText(below)} of them below 0.700. Start with ${first.symbol}${first.name === null ? '' : ` ${first.name}`} at ${scoreText(first.score)}.`;
}

function candles({ facts }: Figures): string {
  const flags = facts.candles.reduce((sum, one) => sum + one.flags.length, 0);
  return flags === 0
    ? 'No bar is flagged, so there is none to look at.'
    : `${plural(flags, 'flag')} on ${plural(facts.candles.length, 'symbol')}. Compare the flagged bar with its neighbours before you decide about it.`;
}

function sources({ facts }: Figures): string {
  const judged = facts.sources.filter(({ scoreAsSent, score }) => (scoreAsSent ?? score) !== null);
  const [first] = facts.sources;
  if (first === undefined) {
    return 'No source has delivered bars of these days.';
  }
  const [best] = judged.toSorted(
    (a, b) => (b.scoreAsSent ?? b.score ?? 0) - (a.scoreAsSent ?? a.score ?? 0),
  );
  const share = facts.bars === 0 ? 0 : first.bars / facts.bars;
  const lead = `${percentText(share)} of the bars come from ${first.source}`;
  return best === undefined || facts.sources.length === 1
    ? `${lead}.`
    : `${lead}; ${best.source} sent the cleanest batches (${scoreText(best.scoreAsSent ?? best.score)} as sent).`;
}

function cleaning({ facts: { cleaning: done } }: Figures): string {
  if (done === undefined) {
    return 'No load of these days was judged as it came, so there is nothing to compare.';
  }
  const found = done.repaired + done.dropped + done.held + done.published;
  if (found === 0) {
    return `The sources sent nothing that the rules object to, in ${plural(done.batches, 'batch', 'batches')}: there was nothing to clean.`;
  }
  const verb = done.scoreAfter - done.scoreAsSent > 0.0005 ? 'raised' : 'left';
  const effect =
    verb === 'raised'
      ? `raised the score from ${scoreText(done.scoreAsSent)} as sent to ${scoreText(done.scoreAfter)}`
      : `left the score at ${scoreText(done.scoreAfter)}`;
  return `Cleaning ${effect}: ${plural(found, 'finding')}, ${countText(done.repaired)} repaired with proof, ${countText(done.dropped)} dropped, ${countText(done.held)} held. No price was made up.`;
}

function quarantine({ facts: { quarantine: held } }: Figures): string {
  const decided = held.released + held.rejected + held.replaced;
  const past =
    decided === 0
      ? ''
      : ` Decided so far: ${countText(held.released)} released, ${countText(held.rejected)} rejected, ${countText(held.replaced)} replaced.`;
  if (held.held === 0) {
    return `Nothing waits in quarantine.${past}`;
  }
  const age =
    held.oldestDays === null || held.oldestDays < 1
      ? ''
      : `, the oldest for ${plural(held.oldestDays, 'day')}`;
  return `${plural(held.held, 'bar')} of ${plural(held.symbols, 'symbol')} wait for a decision${age}: \`candlewick quarantine list\`.${past}`;
}

function anomalies({ facts }: Figures): string {
  const [first] = facts.anomalies;
  return first === undefined
    ? 'Nothing unusual stands out among the bars that the rules accept.'
    : `${plural(facts.anomalies.length, 'bar')} look${facts.anomalies.length === 1 ? 's' : ''} unusual without being wrong for certain; the newest concern is ${ruleText(first.rule)} of ${first.symbol}. Published all the same: look at them, and decide nothing on this alone.`;
}

function secondSource({ facts: { secondSource: seen } }: Figures): string {
  if (seen.samples === 0) {
    return 'No sample of these days was compared with a second source.';
  }
  const gap = seen.abstained === null ? '' : ` Not all could be compared: ${seen.abstained}.`;
  if (seen.bars === 0) {
    return `Samples were drawn, and no bar was compared.${gap}`;
  }
  return seen.differing === 0
    ? `All ${plural(seen.bars, 'sampled bar')} agree with a second source.${gap}`
    : `${plural(seen.differing, 'bar')} of ${countText(seen.bars)} sampled differ from a second source: one of the two is wrong, and a third must tell which. The stored values stay.${gap}`;
}

function restatements({ facts }: Figures): string {
  return facts.restated === 0
    ? 'No stored bar of these days was restated.'
    : `${plural(facts.restated, 'bar')} ${facts.restated === 1 ? 'was' : 'were'} restated after ${facts.restated === 1 ? 'it was' : 'they were'} first stored; ${facts.restatements.length === 0 ? 'no close changed' : 'the largest changes of a close are below'}. The former values are kept.`;
}

function rules(figures: Figures): string {
  const [first] = figures.rules.filter(({ share }) => share > 0);
  return first === undefined
    ? 'No rule has anything that counts against a stored bar.'
    : `${ruleText(first.rule)} accounts for ${percentText(first.share)} of what stored bars have lost.`;
}
