import { CALENDAR_DAYS, sessionsBetween } from '../calendar/trading-calendar.ts';
import { parseCheckInput } from '../config/check-input.ts';
import type { BarColumns } from '../domain/bar.ts';
import { chunk } from '../domain/chunk.ts';
import type { Notice } from '../domain/notice.ts';
import type { QualityCheckResult } from '../domain/quality-check.ts';
import { scoreCheck } from '../quality/check-score.ts';
import type { ShardRecord, StoredShard } from '../warehouse/quality-checks.ts';
import type { CheckActivities } from './check-contract.ts';
import type { CheckOutcome } from './cpu/check-task.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { QualityDeps } from './quality-deps.ts';

type CheckDeps = Pick<QualityDeps, 'checks'> &
  Pick<EtlDeps, 'facts' | 'cpu' | 'rules' | 'models' | 'notify' | 'planning'>;

/** Bars in memory at a time: about 20 MB. */
const SHARD_BARS = 200_000;
const MAX_SHARD_SYMBOLS = 500;
const SYMBOLS_SHOWN = 20;
const ABSENCE_RULES = ['C02_missing_session', 'C03_absent_block'];

/** Judges what the table holds, some symbols at a time, by the rules of today; repairs nothing. */
export function createCheckStoredBars(
  deps: CheckDeps,
): Pick<CheckActivities, 'planCheck' | 'checkShard' | 'finishCheck'> {
  return {
    async planCheck({ jobId, runId, kind, input, dueAt }) {
      const config = parseCheckInput(input, { kind, dueAt, lastKnownDay: CALENDAR_DAYS.lastDay });
      const { startDate, endDate } = config;
      const symbols =
        config.symbols.length > 0 ? config.symbols : await deps.checks.symbolsToCheck(config);
      const notes = symbols.length === 0 ? [await nothingStored(deps, config)] : [];
      const sessions = Math.max(1, sessionsBetween('SSE', startDate, endDate).length);
      const size = Math.min(MAX_SHARD_SYMBOLS, Math.max(1, Math.floor(SHARD_BARS / sessions)));
      const shards = symbols.length === 0 ? [] : chunk(symbols, size);
      await deps.checks.start({ checkId: runId, jobId, kind, startDate, endDate, notes }, shards);
      return {
        checkId: runId,
        startDate,
        endDate,
        symbols: symbols.length,
        shards: shards.length,
        notes,
        effectiveInput: {
          startDate,
          endDate,
          symbols:
            symbols.length > SYMBOLS_SHOWN
              ? [...symbols.slice(0, SYMBOLS_SHOWN), `… ${symbols.length} in all`]
              : symbols,
        },
      };
    },
    async checkShard({ checkId, shardNo }) {
      return withHeartbeat(async (signal) => {
        const shard = await deps.checks.readShard(checkId, shardNo);
        const columns = await deps.checks.readColumns(shard.symbols, shard);
        const record = await judgeShard(deps, shard, columns, signal);
        await deps.checks.recordShard({ checkId, shardNo }, record);
        return {
          bars: record.bars,
          cost: sum(record.symbols.map(({ rawCost }) => rawCost)),
          keys: sum(record.symbols.map(({ keys }) => keys)),
          findings: sum(record.symbols.map(({ findings }) => findings)),
          failed: record.symbols.filter(({ error }) => error !== undefined).length,
        };
      });
    },
    async finishCheck({ checkId, cancelled }) {
      const sums = await deps.checks.sum(checkId);
      const { score, dimensions } = scoreCheck({ ...sums, absent: sums.missing + sums.held });
      const result: QualityCheckResult = {
        checkId,
        startDate: sums.startDate,
        endDate: sums.endDate,
        symbols: sums.symbols,
        bars: sums.bars,
        score,
        dimensions,
        findings: Object.fromEntries(
          sums.rules
            .filter(({ cost }) => cost > 0)
            .slice(0, 10)
            .map(({ rule, hits }) => [rule, hits]),
        ),
        missing: sums.missing,
        held: sums.held,
        worstSymbols: sums.worst,
        failures: sums.failures,
        symbolsFailed: sums.failed,
        notes: sums.notes,
      };
      await deps.checks.close(checkId, { cancelled, result });
      if (!cancelled && score !== undefined && score < deps.planning.qualityThreshold) {
        await deps.notify(noticeOf(result, score, deps.planning.qualityThreshold));
      }
      return result;
    },
  };
}

function noticeOf(
  { startDate, endDate, bars, missing, symbolsFailed, worstSymbols }: QualityCheckResult,
  score: number,
  threshold: number,
): Notice {
  return {
    key: 'quality-check:below-threshold',
    severity: 'warning',
    errorClass: 'data_quality',
    code: 'ETL-CHK-300',
    title: `Stored bars from ${startDate} to ${endDate} score ${score.toFixed(3)}, below ${threshold}`,
    meaning: 'Readers see bars that the rules of today object to, or lack bars that are owed.',
    action: `Look at ${worstSymbols[0]?.symbol ?? 'the findings'} first, with \`candlewick report --open\`.`,
    facts: { score, bars, missing, symbolsFailed },
  };
}

async function nothingStored(
  { checks }: Pick<QualityDeps, 'checks'>,
  { startDate, endDate }: { readonly startDate: string; readonly endDate: string },
): Promise<string> {
  const last = await checks.lastStoredDay();
  const where = last === undefined ? 'the table is empty' : `the last stored day is ${last}`;
  return `no bar is stored from ${startDate} to ${endDate}; ${where}`;
}

/** All symbols at once; where that fails, each alone, so that one stops nobody. */
async function judgeShard(
  deps: CheckDeps,
  shard: StoredShard,
  columns: BarColumns,
  signal: AbortSignal,
): Promise<ShardRecord> {
  try {
    return recordOf(columns, await judge(deps, shard, columns, signal));
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    if (shard.symbols.length <= 1) {
      return failed(shard.symbols, error);
    }
    const parts: ShardRecord[] = [];
    for (const symbol of shard.symbols) {
      const alone = { ...shard, symbols: [symbol] };
      const own = await deps.checks.readColumns([symbol], shard);
      parts.push(await judgeShard(deps, alone, own, signal));
    }
    return joined(parts);
  }
}

async function judge(
  deps: CheckDeps,
  shard: StoredShard,
  columns: BarColumns,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const { symbols } = columns;
  const facts = await deps.facts.judgeContext({ ...shard, symbols });
  const given = await deps.rules();
  // Coverage knows what is absent and why, better than a look at the bars alone.
  const rules = { ...given, disabled: [...new Set([...(given.disabled ?? []), ...ABSENCE_RULES])] };
  const anomaly = { models: await deps.models.ranking(), share: deps.models.share };
  const context = { ...facts, symbols, qualityThreshold: 0, cleanData: false, rules, anomaly };
  return deps.cpu.check({ columns, context }, signal);
}

function recordOf(columns: BarColumns, outcome: CheckOutcome): ShardRecord {
  const bars = new Map<string, number>();
  for (const id of columns.symbolId) {
    const symbol = columns.symbols[id] ?? '';
    bars.set(symbol, (bars.get(symbol) ?? 0) + 1);
  }
  return {
    bars: columns.length,
    symbols: outcome.symbols.map((cost) => ({
      ...cost,
      bars: bars.get(cost.name) ?? 0,
      findings: outcome.findingsBySymbol[cost.name] ?? 0,
      error: undefined,
    })),
    days: outcome.days,
    rules: outcome.rules,
    findings: outcome.findings,
  };
}

function failed(symbols: readonly string[], error: unknown): ShardRecord {
  const message = error instanceof Error ? error.message : String(error);
  const nothing = { keys: 0, rawCost: 0, cost: 0, bars: 0, findings: 0 };
  return {
    bars: 0,
    symbols: symbols.map((name) => ({ name, ...nothing, error: message.slice(0, 500) })),
    days: [],
    rules: [],
    findings: [],
  };
}

/** Days and rules of several parts, summed up. */
function joined(parts: readonly ShardRecord[]): ShardRecord {
  const days = new Map<number, ShardRecord['days'][number]>();
  const rules = new Map<string, ShardRecord['rules'][number]>();
  for (const part of parts) {
    for (const day of part.days) {
      const { keys, rawCost, cost } = days.get(day.name) ?? { keys: 0, rawCost: 0, cost: 0 };
      days.set(day.name, {
        name: day.name,
        keys: keys + day.keys,
        rawCost: rawCost + day.rawCost,
        cost: cost + day.cost,
      });
    }
    for (const rule of part.rules) {
      const before = rules.get(rule.rule) ?? { hits: 0, symbols: 0, cost: 0 };
      rules.set(rule.rule, {
        rule: rule.rule,
        hits: before.hits + rule.hits,
        symbols: before.symbols + rule.symbols,
        cost: before.cost + rule.cost,
      });
    }
  }
  return {
    bars: sum(parts.map(({ bars }) => bars)),
    symbols: parts.flatMap(({ symbols }) => symbols),
    days: [...days.values()],
    rules: [...rules.values()],
    findings: parts.flatMap(({ findings }) => findings),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
