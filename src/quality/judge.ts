import { MARK, type BarColumns } from '../domain/bar.ts';
import { explain } from './explain.ts';
import { HIT, HitList, type Hit } from './hit-list.ts';
import { tickOf } from './market.ts';
import { scoreBatch, type Scores } from './score.ts';
import { BROKEN, brokenInRow, isSuspendedRow } from './screen.ts';
import { NO_SESSION, openSheet, type Sheet } from './sheet.ts';
import {
  FATE,
  MAX_FINDINGS,
  SEVERITY_WEIGHT,
  type Finding,
  type JudgeContext,
  type Verdict,
} from './verdict.ts';

/** Scores are sums of fractions: equal to the threshold means reached. */
const ROUNDING = 1e-9;

const RULE_OF_BIT: readonly (readonly [bit: number, rule: string])[] = [
  [BROKEN.null, 'C01_null'],
  [BROKEN.negative, 'V07_negative'],
  [BROKEN.tick, 'V08_tick'],
  [BROKEN.nonPositive, 'V09_non_positive'],
  [BROKEN.zeroTrade, 'V10_zero_volume'],
  [BROKEN.fraction, 'V11_fractional_volume'],
  [BROKEN.order, 'N01_ohlc'],
  [BROKEN.vwap, 'A10_vwap_outside_range'],
  [BROKEN.link, 'N06_pre_close'],
];

/**
 * Gives every row its fate and the batch its score. The verdict's columns are in the order of (symbol, day); findings
 * and repairs refer to them.
 */
export function judgeBars(columns: BarColumns, context: JudgeContext): Verdict {
  const sheet = openSheet(columns, context.sessions);
  const hits = new HitList();
  const fate = new Uint8Array(sheet.length);
  const known = new Set(context.instruments.keys());
  for (let group = 0; group + 1 < sheet.groupStart.length; group += 1) {
    judgeGroup({ sheet, hits, fate, context, known }, group);
  }
  const scores = scoreBatch({
    rows: sheet.length,
    symbolId: sheet.sent.symbolId,
    symbols: sheet.sent.symbols.length,
    hits,
    isQuarantined: (row) => fate[row] === FATE.quarantine,
  });
  return verdictOf({ sheet, hits, fate, scores }, context);
}

interface Work {
  readonly sheet: Sheet;
  readonly hits: HitList;
  readonly fate: Uint8Array;
  readonly context: JudgeContext;
  readonly known: ReadonlySet<string>;
}

function judgeGroup(work: Work, group: number): void {
  const { sheet, known, fate } = work;
  const from = sheet.groupStart[group] ?? 0;
  const to = sheet.groupStart[group + 1] ?? 0;
  const symbol = sheet.sent.symbols[sheet.sent.symbolId[from] ?? 0] ?? '';
  const tick = tickOf(symbol);
  const isKnown = known.size === 0 || known.has(symbol);
  for (let row = from; row < to; row += 1) {
    if (isSuspendedRow(sheet.sent, row)) {
      fate[row] = FATE.drop;
    } else {
      if (!isKnown) {
        hit(work, row, 'V01_symbol', FATE.quarantine);
      }
      judgeKey(work, row, from);
      const broken = brokenInRow(sheet.sent, row, tick);
      for (const [bit, rule] of RULE_OF_BIT) {
        if ((broken & bit) !== 0) {
          hit(work, row, rule, FATE.quarantine);
        }
      }
    }
  }
}

function judgeKey(work: Work, row: number, from: number): void {
  const { sheet } = work;
  const { sent } = sheet;
  if (sheet.session[row] === NO_SESSION) {
    hit(work, row, 'K02_non_session', FATE.drop);
  }
  const isTwin = row > from && sent.tradingDay[row] === sent.tradingDay[row - 1];
  if (isTwin) {
    const isEqual = hasEqualValues(sent, row, row - 1);
    hit(
      work,
      row,
      isEqual ? 'U01_duplicate' : 'U02_conflicting_duplicate',
      isEqual ? FATE.drop : FATE.quarantine,
    );
  } else if (((sent.marks[row] ?? 0) & MARK.conflict) !== 0) {
    hit(work, row, 'U02_conflicting_duplicate', FATE.quarantine);
  }
}

function hasEqualValues(columns: BarColumns, a: number, b: number): boolean {
  return (
    Object.is(columns.open[a], columns.open[b]) &&
    Object.is(columns.high[a], columns.high[b]) &&
    Object.is(columns.low[a], columns.low[b]) &&
    Object.is(columns.close[a], columns.close[b]) &&
    Object.is(columns.preClose[a], columns.preClose[b]) &&
    Object.is(columns.volume[a], columns.volume[b]) &&
    Object.is(columns.amount[a], columns.amount[b])
  );
}

function hit({ sheet, hits, fate }: Work, row: number, rule: string, to: number): void {
  hits.add({
    rule,
    row,
    symbolId: sheet.sent.symbolId[row] ?? 0,
    day: sheet.sent.tradingDay[row] ?? 0,
    state: to === FATE.drop ? HIT.dropped : HIT.open,
  });
  fate[row] = Math.max(fate[row] ?? 0, to);
}

interface Judged {
  readonly sheet: Sheet;
  readonly hits: HitList;
  readonly fate: Uint8Array;
  readonly scores: Scores;
}

function verdictOf({ sheet, hits, fate, scores }: Judged, context: JudgeContext): Verdict {
  const { symbols, symbolId } = sheet.sent;
  const counts: Record<string, number> = {};
  for (const { rule } of hits) {
    counts[rule.id] = (counts[rule.id] ?? 0) + 1;
  }
  const isHeld = scores.bySymbol.map((score) =>
    score < context.qualityThreshold - ROUNDING ? 1 : 0,
  );
  for (let row = 0; row < sheet.length; row += 1) {
    if (fate[row] === FATE.publish && isHeld[symbolId[row] ?? 0] === 1) {
      fate[row] = FATE.quarantine;
    }
  }
  return {
    columns: sheet.columns,
    fate,
    score: scores.load,
    rawScore: scores.raw,
    dimensions: scores.dimensions,
    symbolScores: new Map(symbols.map((symbol, id) => [symbol, scores.bySymbol[id] ?? 1])),
    hits: counts,
    findings: findingsOf(sheet, hits),
    repairs: [],
  };
}

function findingsOf(sheet: Sheet, hits: HitList): readonly Finding[] {
  const listed = [...hits].toSorted(
    (a, b) => SEVERITY_WEIGHT[b.rule.severity] - SEVERITY_WEIGHT[a.rule.severity],
  );
  return listed.slice(0, MAX_FINDINGS).map((one) => toFinding(sheet, one));
}

function toFinding(sheet: Sheet, { rule, row, symbolId, day, note }: Hit): Finding {
  return {
    rule: rule.id,
    dimension: rule.dimension,
    severity: rule.severity,
    symbol: sheet.sent.symbols[symbolId] ?? '',
    tradingDay: day,
    row,
    message: explain(sheet, { rule, row, note }),
  };
}
