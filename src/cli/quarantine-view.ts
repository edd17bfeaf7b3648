import { plural } from '../domain/plural.ts';
import type { DecisionResult } from '../domain/quarantine.ts';
import type { QuarantineRow, StoredDecision } from '../warehouse/quarantine-rows.ts';
import { formatInstant } from './format.ts';
import type { Output } from './output.ts';
import { renderTable } from './table.ts';

export function renderQuarantine(rows: readonly QuarantineRow[], output: Output): string {
  if (rows.length === 0) {
    return 'nothing is held';
  }
  return renderTable(
    rows,
    [
      { title: 'id', align: 'right', cell: ({ id }) => String(id) },
      { title: 'symbol', cell: ({ symbol }) => symbol },
      { title: 'day', cell: ({ tradingDay }) => tradingDay },
      { title: 'close', align: 'right', dropFirst: 2, cell: ({ close }) => close ?? '–' },
      { title: 'source', dropFirst: 1, cell: ({ source }) => source },
      { title: 'state', dropFirst: 3, cell: ({ state }) => state },
      {
        title: 'why',
        isFlexible: true,
        cell: ({ reasons }) => reasons[0]?.message ?? reasons[0]?.rule ?? '–',
      },
    ],
    output,
  );
}

export function renderHeldRow(
  row: QuarantineRow,
  decisions: readonly StoredDecision[],
  { colours }: Output,
): string {
  const { symbol, tradingDay, source, state, payloadSha256, sourceRow, batchId, runId } = row;
  const facts: readonly (readonly [string, string])[] = [
    ['bar', `${symbol} ${tradingDay} from ${source}`],
    ['state', `${state}, held since ${formatInstant(row.heldAt)}`],
    [
      'prices',
      `open ${row.open ?? '–'}, high ${row.high ?? '–'}, low ${row.low ?? '–'}, close ${row.close ?? '–'}`,
    ],
    ['pre-close', row.preClose ?? '–'],
    ['volume', `${row.volume ?? '–'} shares, ${row.amount ?? '–'} CNY`],
    ['batch', `${batchId} of run ${runId}`],
    ['payload', payloadSha256 === null ? '–' : `${payloadSha256}, row ${sourceRow}`],
    ...row.reasons.map(({ rule, severity, message }): readonly [string, string] => [
      'reason',
      `${message} (${rule}, ${severity})`,
    ]),
    ...decisions.map(({ decision, outcome, by, why, at, message }): readonly [string, string] => [
      'decision',
      `${decision} by ${by} on ${formatInstant(at)}: ${why}; ${outcome.replace('_', ' ')}${message === null ? '' : `, ${message}`}`,
    ]),
  ];
  return facts.map(([name, text]) => `${colours.bold(name.padEnd(10))}${text}`).join('\n');
}

export function renderDecision(result: DecisionResult, { colours }: Output): string {
  const counts: readonly (readonly [string, number])[] = [
    ['chosen', result.selected],
    ['released', result.released],
    ['rejected', result.rejected],
    ['replaced', result.replaced],
    ['still held', result.stillHeld],
    ['refused', result.refused],
    ['new rows', result.inserted],
    ['updated', result.updated],
  ];
  const lines = counts
    .filter(([name, rows]) => rows > 0 || name === 'chosen')
    .map(([name, rows]) => `${colours.bold(name.padEnd(12))}${rows}`);
  const refetches = result.refetches.map(
    ({ jobId, sources, symbols, status, loaded, failure }) =>
      `${colours.bold('refetch'.padEnd(12))}${plural(symbols, 'symbol')} from ${sources.join(', ')}: ${status}, ${plural(loaded, 'row')} loaded (${jobId})${failure === undefined ? '' : `: ${failure}`}`,
  );
  const notes = result.notes.map((note) => `${colours.bold('note'.padEnd(12))}${note}`);
  return [...lines, ...refetches, ...notes].join('\n');
}
