import type { MarketFacts } from '../activities/deps.ts';
import { CALENDAR_HORIZON, sessionsBetween } from '../calendar/trading-calendar.ts';
import { fromDayNumber, toDayNumber } from '../domain/trading-day.ts';
import { readExRights } from '../warehouse/ex-rights.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { readPriceLimits } from '../warehouse/price-limits.ts';
import { readBarColumns } from '../warehouse/read-bar-columns.ts';
import { readSpecialTreatment } from '../warehouse/special-treatment.ts';
import {
  lastCloses,
  readInstruments,
  readSuspensions,
  upsertInstruments,
} from '../warehouse/queries.ts';

/** Days before a batch's range that the rules may look at. */
const LOOK_BACK_DAYS = 60;
/** Larger batches are not compared with what is stored before the load: that reads, and holds, as much as it judges. */
const STORED_DAYS = 31;
const STORED_BARS = 50_000;

/** What the warehouse knows of the market, as judging needs it. */
export function createMarketFacts(warehouse: Warehouse): MarketFacts {
  return {
    knownInstruments: (symbols) => readInstruments(warehouse, symbols),
    async saveInstruments(instruments, source) {
      await upsertInstruments(warehouse, instruments, source);
    },
    suspensions: ({ symbols, ...range }) => readSuspensions(warehouse, symbols, range),
    async storedBars({ symbols, startDate, endDate }) {
      const [firstDay, lastDay] = [toDayNumber(startDate), toDayNumber(endDate)];
      const bars = symbols.length * sessionsBetween('SSE', startDate, endDate).length;
      if (lastDay - firstDay > STORED_DAYS && bars > STORED_BARS) {
        return undefined;
      }
      const stored = await readBarColumns(warehouse, { symbols, firstDay, lastDay });
      return stored.length === 0 ? undefined : stored;
    },
    async judgeContext({ symbols, startDate, endDate }) {
      const [startDay, endDay] = [toDayNumber(startDate), toDayNumber(endDate)];
      const from = Math.max(CALENDAR_HORIZON.firstDay, startDay - LOOK_BACK_DAYS);
      const sessions = sessionsBetween('SSE', fromDayNumber(from), endDate);
      const range = { startDate, endDate };
      const [instruments, lastClose, suspensions, exRights, specialTreatment, priceLimits] =
        await Promise.all([
          readInstruments(warehouse, symbols),
          lastCloses(warehouse, symbols, startDate),
          readSuspensions(warehouse, symbols, range),
          readExRights(warehouse, symbols, range),
          readSpecialTreatment(warehouse, symbols, { sessions, endDate }),
          readPriceLimits(warehouse, symbols, range),
        ]);
      return {
        startDay,
        endDay,
        sessions,
        instruments: new Map(instruments.map((instrument) => [instrument.symbol, instrument])),
        lastClose,
        suspensions,
        specialTreatment,
        priceLimits,
        // Where no symbol's ex-right days are known, the rules that need them say that they abstain.
        ...(exRights.size === 0 ? {} : { exRights }),
      };
    },
  };
}
