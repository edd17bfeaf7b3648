import type { Command } from 'commander';

import type { RepairRow } from '../../warehouse/quality-queries.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import { ids, oneOf } from '../option-parsers.ts';
import type { QualityOptions } from '../quality-query.ts';
import type { Column } from '../table.ts';
import { addFilters, onWarehouse, show } from './quality.ts';

interface ListOptions extends QualityOptions {
  readonly state?: RepairRow['state'];
}

interface UndoOptions {
  readonly why: string;
  readonly by?: string;
  readonly demo?: true;
}

const STATES = ['applied', 'reported', 'undone'] as const;
const UNDO_HELP = `
The bar stands as it was sent; where the table cannot hold that, its version
from before the repair returns; else it is withdrawn into quarantine. A
diagnosis is undone whole, stays in the history, and is not made again.`;

export function addRepairsCommand(program: Command, invoke: Invoke): void {
  const repairs = program
    .command('repairs')
    .description('what cleaning changed, and taking it back');
  addList(repairs, invoke);
  addUndo(repairs, invoke);
}

function addList(repairs: Command, invoke: Invoke): void {
  const command = repairs.command('list').description('repairs: original, repaired value, rule');
  addFilters(command)
    .option('--rule <id>', 'of one rule only')
    .option('--state <state>', `one of ${STATES.join(', ')}`, oneOf(STATES))
    .action((options: ListOptions) =>
      invoke(command, async (invocation) => {
        const { readRepairs } = await import('../../warehouse/quality-queries.ts');
        const { checkQualityQuery } = await import('../quality-query.ts');
        const query = checkQualityQuery(options);
        const { state } = options;
        const rows = await onWarehouse(options, invocation, (warehouse) =>
          readRepairs(warehouse, { ...query, ...(state === undefined ? {} : { state }) }),
        );
        await show(invocation, rows, columnsOf());
        return EXIT.ok;
      }),
    );
}

function addUndo(repairs: Command, invoke: Invoke): void {
  const command = repairs
    .command('undo')
    .description('takes repairs back: all that are named, or none')
    .argument('<id...>', 'ids of repairs, as `repairs list` shows them', ids)
    .requiredOption('--why <text>', 'the reason, kept with the repair')
    .option('--by <name>', 'who decided (default: the user of this machine)')
    .option('--demo', 'of the demo database (the simulated market)')
    .addHelpText('after', UNDO_HELP);
  command.action((repairIds: readonly number[], options: UndoOptions) =>
    invoke(command, async (invocation) => {
      const { userInfo } = await import('node:os');
      const { undoRepairs } = await import('../../warehouse/undo-repair.ts');
      const { why, by = userInfo().username } = options;
      const undone = await onWarehouse(options, invocation, (warehouse) =>
        undoRepairs(warehouse, { repairIds, by, why }),
      );
      await show(invocation, undone, [
        { title: 'symbol', cell: ({ symbol }) => symbol },
        { title: 'day', cell: ({ tradingDay }) => tradingDay },
        { title: 'rule', cell: ({ rule }) => rule },
        {
          title: 'now',
          isFlexible: true,
          cell: ({ outcome, wasUndone }) => (wasUndone ? `${outcome} (undone before)` : outcome),
        },
      ]);
      return EXIT.ok;
    }),
  );
}

function columnsOf(): readonly Column<RepairRow>[] {
  return [
    { title: 'id', align: 'right', cell: ({ repairId: id }) => String(id) },
    { title: 'symbol', cell: ({ symbol }) => symbol },
    { title: 'day', cell: ({ tradingDay }) => tradingDay },
    { title: 'column', cell: ({ column }) => column },
    { title: 'as sent', align: 'right', cell: ({ original }) => original ?? '–' },
    { title: 'repaired', align: 'right', cell: ({ repaired }) => repaired ?? '–' },
    { title: 'state', cell: ({ state }) => state },
    { title: 'rule', dropFirst: 2, cell: ({ rule }) => rule },
    {
      title: 'sure',
      align: 'right',
      dropFirst: 1,
      cell: ({ confidence }) => confidence.toFixed(2),
    },
  ];
}
