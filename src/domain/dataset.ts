import type { Instrument } from './instrument.ts';
import type { Exchange, StockSymbol } from './stock-symbol.ts';
import type { DayNumber } from './trading-day.ts';

/** What a source may have beside daily bars. Small: rows are objects, unlike bars. */
export const REFERENCE_DATASETS = [
  'adjustment_factors',
  'instruments',
  'trading_calendar',
  'suspensions',
  'price_limits',
  'st_status',
  'daily_basics',
  'symbol_changes',
] as const;
export type ReferenceDataset = (typeof REFERENCE_DATASETS)[number];
export type Dataset = 'daily_bars' | ReferenceDataset;

export type ListingStatus = 'listed' | 'paused' | 'delisted';

/** Cumulative: raw price × factor = backward-adjusted price. Decimal text, since a source's digits are its meaning. */
export interface AdjustmentFactorRow {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  readonly factor: string;
}

export interface InstrumentRow extends Instrument {
  readonly status: ListingStatus | undefined;
}

export interface CalendarRow {
  readonly exchange: Exchange;
  readonly day: DayNumber;
  readonly isOpen: boolean;
}

export interface SuspensionRow {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  /** false: part of the day only, so that a bar is still expected. */
  readonly isFullDay: boolean;
}

/** 1/10,000 CNY. */
export interface PriceLimitRow {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  readonly up: number;
  readonly down: number;
}

export interface StStatusRow {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  readonly isSt: boolean;
}

/** NaN where the source has no value. */
export interface DailyBasicRow {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  /** Per cent of the floating shares. */
  readonly turnoverRate: number;
  readonly peTtm: number;
  readonly pb: number;
  /** Shares. */
  readonly totalShares: number;
  readonly floatShares: number;
  /** CNY. */
  readonly marketValue: number;
}

/** A code that was replaced by another (BSE, October 2025). */
export interface SymbolChangeRow {
  readonly oldSymbol: StockSymbol;
  readonly newSymbol: StockSymbol;
}

export interface DatasetRows {
  readonly adjustment_factors: AdjustmentFactorRow;
  readonly instruments: InstrumentRow;
  readonly trading_calendar: CalendarRow;
  readonly suspensions: SuspensionRow;
  readonly price_limits: PriceLimitRow;
  readonly st_status: StStatusRow;
  readonly daily_basics: DailyBasicRow;
  readonly symbol_changes: SymbolChangeRow;
}

/** Decoded reference rows of one answer, with the dataset that they belong to. */
export type DatasetBatch = {
  readonly [Name in ReferenceDataset]: {
    readonly dataset: Name;
    readonly rows: readonly DatasetRows[Name][];
  };
}[ReferenceDataset];
