import { toDayNumber } from '../domain/trading-day.ts';
import {
  provedInMarket,
  STORED_BARS,
  truthOf,
  unsparing,
  type EmulatedMarket,
  type StoredBar,
} from './emulated-market.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';

const SYMBOLS = 60;
const RANGE = { startDate: '2026-11-16', endDate: '2026-11-20' };
const ORDER = ['tushare', 'eastmoney', 'tencent'];

/** Another unit, or adjusted prices: no row of such an answer is loaded, the next source is asked, people are told. */
export const units: Proof = provedInMarket(
  'Lots for shares and adjusted for raw prices are refused whole, with failover and notice',
  {
    // Whole lots: what sources that know no others would round away is not what this is about.
    emulators: { market: { seed: 1, symbols: SYMBOLS, wholeLots: true } },
    range: RANGE,
    workers: 1,
    settings: unsparing(ORDER),
  },
  prove,
);

async function prove(context: ProofContext, market: EmulatedMarket): Promise<ProofResult> {
  const { emulators, client, rows } = market;
  // Tencent does not serve the Beijing exchange.
  const symbols = market.symbols.filter((symbol) => !symbol.endsWith('.BJ'));
  const claims = new Claims();
  context.onProgress(
    'tushare answers in another unit, eastmoney adjusted prices, tencent is right',
  );
  emulators.faults('tushare').set({ kind: 'wrongUnit' });
  emulators.faults('eastmoney').set({ kind: 'adjusted' });
  const metrics = await client.runJob({ jobName: 'units', symbols: [...symbols], ...RANGE });
  claims.expect(metrics.status === 'success', `the job ended as ${metrics.status}`);
  const truth = truthOf(
    market.market,
    symbols,
    toDayNumber(RANGE.startDate),
    toDayNumber(RANGE.endDate),
  );
  const stored = await rows<StoredBar>(STORED_BARS);
  const wrong = stored.filter(({ key, prices }) => truth.get(key)?.prices !== prices).length;
  const wrongFrom = new Set(
    stored.filter(({ key, prices }) => truth.get(key)?.prices !== prices).map((bar) => bar.source),
  );
  const fromWrong = stored.filter(({ source }) => source === 'tushare').length;
  claims.expect(fromWrong === 0, `${fromWrong} rows of the source in another unit were loaded`);
  claims.expect(
    wrong === 0,
    `${wrong} rows differ from the simulated truth, from ${[...wrongFrom].join(', ')}`,
  );
  claims.expect(stored.length === truth.size, `${stored.length} rows of ${truth.size} were loaded`);
  const refusals = await rows<{ source: string; code: string; reason: string }>(
    `select source, code, reason from source_attempts where outcome in ('refused', 'partial') and code is not null
      order by position`,
  );
  claims.expect(
    refusals.some(({ source }) => source === 'tushare'),
    'no attempt says why tushare was left',
  );
  const notices = await rows<{ title: string }>(
    `select title from notices where key like 'source-drift:%'`,
  );
  claims.expect(notices.length >= 1, 'nobody was told');
  return claims.result({
    rows: stored.length,
    rows_wrong: wrong,
    notices: notices.length,
    ...Object.fromEntries(refusals.map(({ source, code }) => [`${source}_refused_for`, code])),
  });
}
