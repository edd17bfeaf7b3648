import type { BarColumns } from '../domain/bar.ts';
import { BatchReport } from './batch-report.ts';
import { applyCustomRules } from './custom-rules.ts';
import { judgeAbsentSymbols } from './absent-symbols.ts';
import { judgeArrival } from './arrival-rules.ts';
import { rankOpenRows } from './anomaly/rank-open-rows.ts';
import { judgeDays } from './day-rules.ts';
import { judgeSymbol } from './judge-symbol.ts';
import { holdUnloadable } from './loadable.ts';
import { tickOf } from './market.ts';
import { openRulebook } from './rulebook.ts';
import { scoreBatch } from './score.ts';
import { DEFAULT_THRESHOLDS } from './settings.ts';
import { openSheet } from './sheet.ts';
import { withSpecialTreatment } from './special-treatment.ts';
import { isNoTrade, withSuspendedRows } from './suspended-rows.ts';
import { openTwinIndex } from './twins.ts';
import { verdictOf, type Judgement } from './verdict-of.ts';
import type { JudgeContext, Verdict } from './verdict.ts';

/**
 * Gives every row its fate and the batch its score. The verdict's columns are in the order of (symbol, day); findings
 * and repairs refer to them. @throws RangeError where the context's settings name no rule.
 */
export function judgeBars(columns: BarColumns, context: JudgeContext): Verdict {
  return verdictOf(judgeFully(columns, context), context);
}

/** As `judgeBars`, with every hit. */
export function judgeFully(sent: BarColumns, given: JudgeContext): Judgement {
  const columns =
    given.specialTreatment === undefined
      ? sent
      : withSpecialTreatment(sent, given.specialTreatment);
  const context = { ...given, suspensions: withSuspendedRows(columns, given.suspensions) };
  const sheet = openSheet(columns, context.sessions, context.symbols, context.endDay);
  const report = new BatchReport(sheet, openRulebook(context.rules));
  const thresholds = { ...DEFAULT_THRESHOLDS, ...context.rules?.thresholds };
  const tools = { context, thresholds, twins: openTwinIndex(sheet.sent) };
  for (let at = 0; at + 1 < sheet.groupStart.length; at += 1) {
    const from = sheet.groupStart[at] ?? 0;
    const symbolId = sheet.sent.symbolId[from] ?? 0;
    const symbol = sheet.sent.symbols[symbolId] ?? '';
    const to = sheet.groupStart[at + 1] ?? from;
    const group = { from, to, symbol, symbolId, tick: tickOf(symbol) };
    judgeSymbol(sheet, group, tools, report);
  }
  judgeAbsentSymbols(sheet, context, report);
  judgeDays(sheet, context.sessions, thresholds, report);
  judgeArrival(sheet, context, report);
  applyCustomRules(sheet.columns, context.rules?.custom ?? [], report);
  holdUnloadable(sheet.columns, report);
  const models = context.anomaly === undefined ? [] : rankOpenRows(sheet, report, context.anomaly);
  const scores = scoreBatch({
    symbolId: sheet.sent.symbolId,
    tradingDay: sheet.columns.tradingDay,
    symbols: sheet.names.length,
    hits: report.hits,
    leavesHole: report.leavesHole,
    isCounted: (row) => !isNoTrade(sheet.sent, row),
    ...(context.rules?.tolerance === undefined ? {} : { tolerance: context.rules.tolerance }),
  });
  return { sheet, report, scores, models };
}
