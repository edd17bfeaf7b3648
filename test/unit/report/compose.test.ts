import assert from 'node:assert/strict';

import { scoreCheck } from '../../../src/quality/check-score.ts';
import { composeReport } from '../../../src/quality/report/compose.ts';
import { percentText, rangeText, ruleText, scoreText } from '../../../src/quality/report/words.ts';
import { dayFacts, fullFacts, reportFacts } from './report-facts.ts';

describe('composing a quality report', () => {
  it('finds nothing to say against clean bars', () => {
    const { score, tone, says } = composeReport(reportFacts());

    assert.equal(score, 1);
    assert.equal(tone, 'good');
    assert.match(
      says.headline,
      /^These bars can be relied on: score 1\.000 .* none is missing or held\.$/,
    );
    assert.match(says.trend, /^All 80 sessions score 1\.000/);
    assert.match(says.completeness, /^All 8,000 owed bars are there\.$/);
  });

  it('scores 0.7 exactly where the tolerated 5 % of the owed bars are absent', () => {
    const { score, dimensions } = scoreCheck({ keys: 950, rules: [], absent: 50 });

    assert.ok(Math.abs((score ?? 0) - 0.7) < 1e-12);
    assert.ok(Math.abs(dimensions.completeness - 0.7) < 1e-12);
    assert.equal(dimensions.accuracy, 1);
  });

  it('never scores higher for one more error', () => {
    let before = 1;
    for (let absent = 1; absent < 500; absent += 7) {
      const { score = 0 } = scoreCheck({
        keys: 500,
        rules: [{ rule: 'N01_ohlc', cost: 3 }],
        absent,
      });
      assert.ok(score < before);
      before = score;
    }
  });

  it('names the session that lacks most, and what it lacks', () => {
    const days = [
      dayFacts('2024-01-02'),
      dayFacts('2024-01-03', { loaded: 60, missing: 30, quarantined: 10, keys: 60 }),
    ];

    const { says, days: lines } = composeReport(
      reportFacts({ days, keys: 160, missing: 30, held: 10 }),
    );

    assert.match(
      says.trend,
      /1 of 2 sessions falls below 0\.700\. The lowest is 3 January 2024 .*\(30 missing, 10 held\)/,
    );
    assert.match(says.completeness, /Most is lacking on 3 January 2024: 60\.00 % there/);
    assert.equal(lines[1]?.present, 0.6);
  });

  it('says that nothing was judged where nothing is stored', () => {
    const { score, says } = composeReport(reportFacts({ days: [], keys: 0, bars: 0 }));

    assert.equal(score, undefined);
    assert.equal(says.headline, 'Nothing was judged: no bar is stored in these days.');
    assert.match(says.completeness, /^No bars are owed/);
  });

  it('ends every conclusion with a full stop, whatever it says', () => {
    for (const facts of [reportFacts(), fullFacts(), reportFacts({ days: [], keys: 0 })]) {
      for (const [section, sentence] of Object.entries(composeReport(facts).says)) {
        assert.match(sentence, /\.$/, section);
        assert.doesNotMatch(sentence, /NaN|undefined|null/, section);
      }
    }
  });
});

describe('words of a quality report', () => {
  it('never rounds a score or a share up to whole', () => {
    assert.equal(scoreText(0.9999), '0.999');
    assert.equal(scoreText(1), '1.000');
    assert.equal(percentText(0.99999), '99.99 %');
    assert.equal(percentText(1), '100 %');
  });

  it('says once what both ends of a range share', () => {
    assert.equal(rangeText('2024-01-02', '2024-01-31'), '2 to 31 January 2024');
    assert.equal(rangeText('2024-01-02', '2024-03-31'), '2 January to 31 March 2024');
    assert.equal(rangeText('2023-12-29', '2024-01-02'), '29 December 2023 to 2 January 2024');
    assert.equal(rangeText('2024-01-02', '2024-01-02'), '2 January 2024');
  });

  it('says a rule as a person does', () => {
    assert.equal(ruleText('N01_ohlc_order'), 'ohlc order (N01)');
    assert.equal(ruleText('my_own_rule'), 'my_own_rule');
  });
});
