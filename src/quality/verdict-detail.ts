import { VALUE_COLUMNS, type BarColumns } from '../domain/bar.ts';
import type { RuleSettings } from '../domain/rule-settings.ts';
import type {
  FindingRecord,
  GroupCost,
  ProvisionalBar,
  RepairRecord,
  RuleCost,
  VerdictDetail,
} from '../domain/verdict-detail.ts';
import type { Finding, Repair, Verdict } from './verdict.ts';

/** All of a verdict that is kept: nothing in it grows with the number of clean rows. */
export function detailOf(
  verdict: Verdict,
  { ruleset, rules }: { readonly ruleset: string; readonly rules: RuleSettings },
): VerdictDetail {
  const { columns, repairs, proposals, findings } = verdict;
  const ruleCosts = ruleCostsOf(verdict);
  return {
    ruleset,
    rules,
    rawScore: verdict.rawScore,
    keys: verdict.keys,
    costs: verdict.costs,
    loadCosts: verdict.loadCosts,
    abstentions: verdict.abstentions,
    symbols: groupCosts(verdict.symbolKeys, ruleCosts, ({ symbol }) => symbol),
    days: groupCosts(verdict.dayKeys, ruleCosts, ({ day }) => day),
    ruleCosts,
    findings: findings.map((finding) => findingRecord(columns, finding)),
    repairs: [
      ...repairs.map((repair) => repairRecord(columns, repair, true)),
      ...proposals.map((repair) => repairRecord(columns, repair, false)),
    ],
    provisional: provisionalBars(verdict),
  };
}

function ruleCostsOf({ costLines, names }: Verdict): readonly RuleCost[] {
  return costLines.map(({ symbolId, day, rule, hits, raw, load }) => ({
    symbol: symbolId === undefined ? undefined : names[symbolId],
    day,
    rule,
    hits,
    rawCost: raw,
    cost: load,
  }));
}

function groupCosts<Name>(
  keys: ReadonlyMap<Name, number>,
  costs: readonly RuleCost[],
  nameOf: (cost: RuleCost) => Name | undefined,
): readonly GroupCost<Name>[] {
  const sums = new Map<Name, { raw: number; load: number }>();
  for (const cost of costs) {
    const name = nameOf(cost);
    if (name !== undefined) {
      const sum = sums.get(name) ?? { raw: 0, load: 0 };
      sums.set(name, { raw: sum.raw + cost.rawCost, load: sum.load + cost.cost });
    }
  }
  return [...keys].map(([name, count]) => ({
    name,
    keys: count,
    rawCost: sums.get(name)?.raw ?? 0,
    cost: sums.get(name)?.load ?? 0,
  }));
}

function findingRecord({ answer, sourceRow }: BarColumns, finding: Finding): FindingRecord {
  const { row, tradingDay, sent, ...rest } = finding;
  return {
    ...rest,
    day: tradingDay,
    sent: sent?.map((value) => (Number.isFinite(value) ? value : null)),
    answer: row === undefined ? undefined : answer[row],
    sourceRow: row === undefined ? undefined : sourceRow[row],
  };
}

function repairRecord(columns: BarColumns, repair: Repair, isApplied: boolean): RepairRecord {
  const { row, column, original, repaired, rule, confidence } = repair;
  return {
    symbol: columns.symbols[columns.symbolId[row] ?? 0] ?? '',
    day: columns.tradingDay[row] ?? 0,
    column,
    original: Number.isFinite(original) ? original : null,
    repaired: Number.isFinite(repaired) ? repaired : null,
    rule,
    confidence,
    isApplied,
    answer: columns.answer[row] ?? 0,
    sourceRow: columns.sourceRow[row] ?? 0,
  };
}

function provisionalBars({ columns, provisional }: Verdict): readonly ProvisionalBar[] {
  const bars: ProvisionalBar[] = [];
  for (let row = 0; row < provisional.length; row += 1) {
    if (provisional[row] === 1) {
      const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
      bars.push({ symbol, day: columns.tradingDay[row] ?? 0 });
    }
  }
  return bars;
}

/** As sent, in the order of VALUE_COLUMNS. */
export function sentValues(sent: BarColumns, row: number): readonly number[] {
  return VALUE_COLUMNS.map((column) => sent[column][row] ?? Number.NaN);
}
