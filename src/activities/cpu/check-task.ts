import type { BarColumns } from '../../domain/bar.ts';
import type { RuleSettings } from '../../domain/rule-settings.ts';
import type { FindingRecord, GroupCost } from '../../domain/verdict-detail.ts';
import { judgeBars } from '../../quality/judge.ts';
import { detailOf } from '../../quality/verdict-detail.ts';
import type { JudgeContext } from '../../quality/verdict.ts';

export interface CheckTask {
  readonly columns: BarColumns;
  readonly context: JudgeContext;
}

/** A judgement of stored bars, small enough to be stored. Costs are as stored: a check repairs nothing. */
export interface CheckOutcome {
  readonly keys: number;
  readonly symbols: readonly GroupCost<string>[];
  readonly days: readonly GroupCost<number>[];
  readonly rules: readonly CheckedRule[];
  /** The gravest, at most `MAX_FINDINGS`. */
  readonly findings: readonly FindingRecord[];
  readonly findingsBySymbol: Readonly<Record<string, number>>;
}

export interface CheckedRule {
  readonly rule: string;
  readonly hits: number;
  readonly symbols: number;
  readonly cost: number;
}

const MAX_FINDINGS = 2000;

export function runCheck({ columns, context }: CheckTask): CheckOutcome {
  const verdict = judgeBars(columns, context);
  const rules: RuleSettings = context.rules ?? {};
  const detail = detailOf(verdict, { ruleset: '', rules });
  const bySymbol: Record<string, number> = {};
  for (const { symbol, severity } of detail.findings) {
    if (severity !== 'info') {
      bySymbol[symbol] = (bySymbol[symbol] ?? 0) + 1;
    }
  }
  return {
    keys: detail.keys,
    symbols: detail.symbols,
    days: detail.days,
    rules: rulesOf(detail.ruleCosts),
    findings: detail.findings.slice(0, MAX_FINDINGS),
    findingsBySymbol: bySymbol,
  };
}

/** Each cost stands once by symbol and once by day: the former are summed. */
function rulesOf(
  costs: readonly {
    readonly symbol: string | undefined;
    readonly rule: string;
    readonly hits: number;
    readonly rawCost: number;
  }[],
): readonly CheckedRule[] {
  const sums = new Map<string, CheckedRule>();
  for (const { symbol, rule, hits, rawCost } of costs) {
    if (symbol !== undefined) {
      const sum = sums.get(rule) ?? { rule, hits: 0, symbols: 0, cost: 0 };
      sums.set(rule, {
        rule,
        hits: sum.hits + hits,
        symbols: sum.symbols + 1,
        cost: sum.cost + rawCost,
      });
    }
  }
  return [...sums.values()];
}
