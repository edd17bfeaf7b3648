import assert from 'node:assert/strict';

import { candlewick, lastJson } from '../cli/candlewick.ts';
import { openQualityStand, tradingSymbols, type QualityStand } from './quality-stand.ts';

const FROM = '2024-01-02';
const TO = '2024-03-29';

describe('dataQualityCheck, on real servers', () => {
  const [spoiled = '', ...others] = tradingSymbols(4, FROM, TO);
  let stand: QualityStand;

  before(async function prepare() {
    this.timeout(120_000);
    stand = await openQualityStand();
    const symbols = [spoiled, ...others];
    await stand.client.runJob({ symbols, startDate: FROM, endDate: TO, sources: ['simulated'] });
  });
  after(() => stand.close());

  it('finds nothing in what was loaded well', async () => {
    const result = await stand.client.quality.checkQuality({ startDate: FROM, endDate: TO });

    assert.equal(result.symbols, 4);
    assert.equal(result.score, 1, JSON.stringify(result));
    assert.deepEqual(result.findings, {});
    assert.deepEqual([result.missing, result.held], [0, 0]);
  });

  it('finds what has gone wrong in the table since, and where', async () => {
    await stand.query(
      `update daily_bars set open = open * 10, high = high * 10, low = low * 10, close = close * 10
        where symbol = $1 and trade_date between '2024-02-01' and '2024-02-06'`,
      [spoiled],
    );
    await stand.query(`delete from daily_bars where symbol = $1 and trade_date = '2024-03-05'`, [
      others[0],
    ]);

    const result = await stand.client.quality.checkQuality({ startDate: FROM, endDate: TO });

    assert.ok((result.score ?? 1) < 0.95, JSON.stringify(result));
    assert.equal(result.missing, 1);
    assert.deepEqual(
      result.worstSymbols.map(({ symbol }) => symbol),
      [spoiled, others[0]],
    );
    const found = await stand.query<{ day: string }>(
      `select distinct trade_date::text as day from quality_check_findings
        where check_id = $1 and symbol = $2 and severity in ('critical', 'high') order by 1`,
      [result.checkId, spoiled],
    );
    assert.deepEqual(
      found.map(({ day }) => day).filter((day) => day >= '2024-02-01' && day <= '2024-02-06'),
      ['2024-02-01', '2024-02-02', '2024-02-05', '2024-02-06'],
    );
    const clean = await stand.query(
      `select from quality_check_findings where check_id = $1 and symbol = any ($2) and severity <> 'info'`,
      [result.checkId, others],
    );
    assert.equal(clean.length, 0);
  });

  it('counts a restated bar once in the report, and a withdrawn one not at all', async () => {
    const [gone = '', twice = ''] = others;
    // Two former versions of a bar that stands, one of a bar that was taken out above.
    async function former(symbol: string, close: string, from: string): Promise<void> {
      await stand.query(
        `insert into daily_bars_history
         select (jsonb_populate_record(null::daily_bars_history, to_jsonb(b) || jsonb_build_object(
                  'symbol', $1::text, 'trade_date', '2024-03-05', 'close', b.close + $2::numeric,
                  'known_from', $3::text, 'known_to', $3::text))).*
           from daily_bars b where symbol = $4 and trade_date = '2024-03-05'`,
        [symbol, close, from, twice],
      );
    }
    await former(twice, '0.01', '2024-03-05T10:00:00Z');
    await former(twice, '0.02', '2024-03-05T11:00:00Z');
    await former(gone, '0.01', '2024-03-05T10:00:00Z');

    await stand.client.quality.generateQualityReport({ startDate: FROM, endDate: TO });

    const shown = await candlewick(['report', 'show', '--format', 'md'], stand.env);
    assert.match(shown.stdout, /^1 bar was restated after it was first stored;/m);
  });

  it('is there on the command line, narrowed to symbols and days', async () => {
    const ended = await candlewick(
      ['quality', 'check', '--symbols', others.join(','), '--from', FROM, '--to', TO, '--json'],
      stand.env,
    );

    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(lastJson(ended)['symbols'], 3);
  });

  it('says so where nothing is stored, and names what is wrong in its input', async () => {
    const [symbol = ''] = others;
    const empty = await stand.client.quality.checkQuality({
      symbols: [symbol],
      startDate: '2010-01-04',
      endDate: '2010-01-08',
    });

    assert.equal(empty.score, undefined);
    await assert.rejects(
      stand.client.quality.checkQuality({ startDate: '2024-03-01', endDate: '2024-02-01' }),
      /ETL-CHK-101|startDate: got "2024-03-01"/,
    );
  });
});
