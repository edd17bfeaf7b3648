import type { Command } from 'commander';

import type { SecondSourceFacts } from '../../quality/report/facts.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import type { QualityOptions } from '../quality-query.ts';
import type { Column } from '../table.ts';
import { addFilters, onWarehouse, qualityGroup, show } from './quality.ts';

const HELP = `
After each daily run a few symbols (ETL_SAMPLE_SYMBOLS) are compared with another
source than the one that served them. Prices and amounts in CNY, volume in shares.`;

export function addQualityDifferencesCommand(program: Command, invoke: Invoke): void {
  const command = qualityGroup(program)
    .command('differences')
    .description('sampled bars on which two sources disagree, newest first');
  addFilters(command)
    .addHelpText('after', HELP)
    .action((options: QualityOptions) =>
      invoke(command, async (invocation) => {
        const { listDifferences } = await import('../../warehouse/source-samples.ts');
        const { checkQualityQuery } = await import('../quality-query.ts');
        const query = checkQualityQuery(options);
        const rows = await onWarehouse(options, invocation, (warehouse) =>
          listDifferences(warehouse, query),
        );
        await show(invocation, rows, differenceColumns());
        return EXIT.ok;
      }),
    );
}

function differenceColumns(): readonly Column<SecondSourceFacts['differences'][number]>[] {
  return [
    { title: 'symbol', cell: ({ symbol }) => symbol },
    { title: 'day', cell: ({ day }) => day },
    { title: 'field', cell: ({ field }) => field },
    { title: 'stored', align: 'right', cell: ({ value }) => value },
    { title: 'source', cell: ({ source }) => source },
    { title: 'other', align: 'right', cell: ({ otherValue }) => otherValue },
    { title: 'other source', cell: ({ otherSource }) => otherSource },
  ];
}
