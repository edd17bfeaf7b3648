import type { MarketFacts } from '../activities/deps.ts';
import { CALENDAR_HORIZON, sessionsBetween } from '../calendar/trading-calendar.ts';
import { fromDayNumber, toDayNumber } from '../domain/trading-day.ts';
import { readExRights } from '../warehouse/ex-rights.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import {
  lastCloses,
  readInstruments,
  readSuspensions,
  upsertInstruments,
} from '../warehouse/queries.ts';

/** Days before a batch's range that the rules may look at. */
const LOOK_BACK_DAYS = 60;

/** What the warehouse knows of the market, as judging needs it. */
export function createMarketFacts(warehouse: Warehouse): MarketFacts {
  return {
    knownInstruments: (symbols) => readInstruments(warehouse, symbols),
    async saveInstruments(instruments, source) {
      await upsertInstruments(warehouse, instruments, source);
    },
    async judgeContext({ symbols, startDate, endDate }) {
      const [startDay, endDay] = [toDayNumber(startDate), toDayNumber(endDate)];
      const from = Math.max(CALENDAR_HORIZON.firstDay, startDay - LOOK_BACK_DAYS);
      const [instruments, lastClose, suspensions, exRights] = await Promise.all([
        readInstruments(warehouse, symbols),
        lastCloses(warehouse, symbols, startDate),
        readSuspensions(warehouse, symbols, { startDate, endDate }),
        readExRights(warehouse, symbols, endDate),
      ]);
      return {
        startDay,
        endDay,
        sessions: sessionsBetween('SSE', fromDayNumber(from), endDate),
        instruments: new Map(instruments.map((instrument) => [instrument.symbol, instrument])),
        lastClose,
        suspensions,
        // Where no symbol's ex-right days are known, the rules that need them say that they abstain.
        ...(exRights.size === 0 ? {} : { exRights }),
      };
    },
  };
}
