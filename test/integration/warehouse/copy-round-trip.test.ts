import assert from 'node:assert/strict';

import fc from 'fast-check';
import type { PoolClient } from 'pg';

import { allocateBarColumns, type BarColumns } from '../../../src/domain/bar.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import { createBarReader, READ_COLUMNS } from '../../../src/warehouse/copy-decoder.ts';
import { COPY_COLUMNS, encodeBars } from '../../../src/warehouse/copy-encoder.ts';
import { copyIn, copyOut } from '../../../src/warehouse/copy-stream.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

/** A table like daily_bars, without its CHECKs, so that any value that it can hold may pass. */
const CREATE = 'create temporary table copied (like daily_bars)';
const PRICE = fc.oneof(
  fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }),
  fc.integer({ min: 0, max: 20_000 }),
);
const AMOUNT = fc.oneof(
  fc.maxSafeNat(),
  fc.constant(Number.NaN),
  fc.integer({ min: 0, max: 20_000 }),
);
const BAR = fc.record({
  symbol: fc.constantFrom('000001.SZ', '430047.BJ', '600000.SH'),
  tradingDay: fc.integer({ min: -200_000, max: 200_000 }),
  prices: fc.tuple(PRICE, PRICE, PRICE, PRICE),
  preClose: fc.oneof(PRICE, fc.constant(Number.NaN)),
  volume: fc.maxSafeInteger(),
  amount: AMOUNT,
});

function columnsOf(
  bars: readonly (typeof BAR extends fc.Arbitrary<infer Bar> ? Bar : never)[],
): BarColumns {
  const symbols = ['000001.SZ', '430047.BJ', '600000.SH'];
  const columns = allocateBarColumns(bars.length, symbols);
  for (const [row, { symbol, tradingDay, prices, preClose, volume, amount }] of bars.entries()) {
    columns.symbolId[row] = symbols.indexOf(symbol);
    columns.tradingDay[row] = tradingDay;
    [columns.open[row], columns.high[row], columns.low[row], columns.close[row]] = prices;
    columns.preClose[row] = preClose;
    columns.volume[row] = volume;
    columns.amount[row] = amount;
  }
  return columns;
}

/** 1/10,000 CNY as the server writes a numeric with four decimals. */
function decimal(scaled: number): string | null {
  if (Number.isNaN(scaled)) {
    return null;
  }
  const size = String(Math.abs(scaled)).padStart(5, '0');
  return `${scaled < 0 ? '-' : ''}${size.slice(0, -4)}.${size.slice(-4)}`;
}

describe('binary COPY against a real server', () => {
  let database: ScratchDatabase;
  let client: PoolClient;

  before(async () => {
    database = await createScratchDatabase();
    client = await database.warehouse.pool.connect();
    await client.query(CREATE);
  });

  after(async () => {
    client.release();
    await database.drop();
  });

  it('stores what was meant, by the server’s own text, and reads it back equal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(BAR, { maxLength: 40 }), async (bars) => {
        const columns = columnsOf(bars);
        const stamp = {
          source: 'tushare',
          batchId: 7,
          answerNo: 3,
          loadedAtMicros: 1_700_000_000_123_456n,
        };
        await client.query('truncate copied');

        const copied = await copyIn(
          client,
          `copy copied (${COPY_COLUMNS}) from stdin (format binary)`,
          encodeBars(columns, [stamp]),
        );

        assert.equal(copied, bars.length);
        const { rows } = await client.query<Record<string, unknown>>(
          `select symbol, trade_date::text, open::text, high::text, low::text, close::text, pre_close::text, volume::text,
                  amount::text, source, batch_id, answer_no, created_at::text, updated_at = created_at as same
             from copied order by ctid`,
        );
        assert.deepEqual(
          rows.map((row) => Object.values(row)),
          bars.map((bar) => [
            bar.symbol,
            fromDayNumber(bar.tradingDay),
            ...bar.prices.map(decimal),
            decimal(bar.preClose),
            String(bar.volume),
            decimal(bar.amount),
            'tushare',
            7,
            3,
            '2023-11-14 22:13:20.123456+00',
            true,
          ]),
        );
        const read: unknown[] = [];
        const reader = createBarReader((bar) => {
          const { symbol, tradingDay, open, high, low, close, preClose, volume, amount } = bar;
          read.push({
            symbol,
            tradingDay,
            prices: [open, high, low, close],
            preClose,
            volume,
            amount,
          });
        });
        await copyOut(
          client,
          `copy (select ${READ_COLUMNS} from copied order by ctid) to stdout (format binary)`,
          (chunk) => reader.push(chunk),
        );
        reader.end();
        assert.deepEqual(
          read,
          bars.map((bar) => ({
            ...bar,
            prices: bar.prices.map((price) => (price === 0 ? 0 : price)),
          })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('passes more rows than one chunk holds', async () => {
    const columns = allocateBarColumns(20_000, ['600000.SH']);
    columns.tradingDay.forEach((_, row) => {
      columns.tradingDay[row] = row;
    });
    const stamp = { source: 'tushare', batchId: 7, answerNo: 3, loadedAtMicros: 0n };
    await client.query('truncate copied');
    let chunks = 0;

    await copyIn(
      client,
      `copy copied (${COPY_COLUMNS}) from stdin (format binary)`,
      encodeBars(columns, [stamp]),
      {
        onChunk() {
          chunks += 1;
        },
      },
    );

    assert.ok(chunks > 5, `${chunks} chunks`);
    const { rows } = await client.query(
      'select count(*), count(distinct trade_date) as days from copied',
    );
    assert.deepEqual(rows, [{ count: 20_000, days: 20_000 }]);
  });

  it('tells the server’s own error, and leaves the connection usable', async () => {
    await assert.rejects(
      copyIn(client, 'copy copied (symbol) from stdin (format binary)', [Buffer.from('nonsense')]),
      /COPY file signature not recognized/,
    );
    await assert.rejects(
      copyOut(client, 'copy (select 1 / 0) to stdout (format binary)', () => undefined),
      /division by zero/,
    );

    assert.equal((await client.query('select 1')).rowCount, 1);
  });
});
