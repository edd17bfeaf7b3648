import { MONEY_SCALE, type BarColumns } from '../domain/bar.ts';
import type { BatchReport } from './batch-report.ts';
import { HIT } from './hit-list.ts';
import type { CustomCondition, CustomRule } from './settings.ts';
import { FATE } from './verdict.ts';

/** The operator's own rules, on every row that may be published. */
export function applyCustomRules(
  columns: BarColumns,
  rules: readonly CustomRule[],
  report: BatchReport,
): void {
  const { rules: known, indexOf } = report.rulebook;
  for (const { id, when } of rules.filter((rule) => !report.rulebook.isOff(rule.id))) {
    // As set: an operator's severities speak of these rules too.
    const severity = known[indexOf.get(id) ?? -1]?.severity;
    const isGrave = severity === 'critical' || severity === 'high';
    for (let row = 0; row < columns.length; row += 1) {
      if (report.fate[row] === FATE.publish && when.every((one) => holds(columns, row, one))) {
        if (isGrave) {
          report.quarantine(row, { rule: id });
        } else {
          report.add(row, { rule: id }, HIT.open);
        }
      }
    }
  }
}

function holds(columns: BarColumns, row: number, condition: CustomCondition): boolean {
  const left = valueAt(columns, row, condition.left);
  const right = valueAt(columns, row, condition.right) * (condition.factor ?? 1);
  switch (condition.op) {
    case '<': {
      return left < right;
    }
    case '<=': {
      return left <= right;
    }
    case '>': {
      return left > right;
    }
    case '>=': {
      return left >= right;
    }
    case '=': {
      return left === right;
    }
  }
  return false;
}

/** In CNY and shares. */
function valueAt(columns: BarColumns, row: number, side: CustomCondition['right']): number {
  if (typeof side === 'number') {
    return side;
  }
  const value = columns[side][row] ?? Number.NaN;
  return side === 'volume' ? value : value / MONEY_SCALE;
}
