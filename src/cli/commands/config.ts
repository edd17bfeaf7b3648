import type { Command } from 'commander';

import type { SettingRow } from '../../config/explain.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';

export function addConfigCommand(program: Command, invoke: Invoke): void {
  const config = program.command('config').description('the settings');
  const explain = config
    .command('explain')
    .description('every setting: its value, where that came from, what it means; no secrets');
  explain.action(() =>
    invoke(explain, async ({ output }) => {
      const { explainConfig } = await import('../../config/explain.ts');
      const { loadConfig } = await import('../../config/config.ts');
      const rows = explainConfig();
      const text = await renderSettings(rows, output);
      try {
        loadConfig().warnings.forEach(output.warn);
      } catch (error) {
        // The rows show where a wrong value comes from; JSON has room for one result only: the problems.
        if (output.format === 'text') {
          output.result(rows, () => text);
        }
        throw error;
      }
      output.result(rows, () => text);
      return EXIT.ok;
    }),
  );
}

async function renderSettings(rows: readonly SettingRow[], output: Output): Promise<string> {
  const { renderTable } = await import('../table.ts');
  const { colours } = output;
  return renderTable(
    rows,
    [
      {
        title: 'setting',
        cell: ({ name, from }) => (from === 'default' ? name : colours.bold(name)),
      },
      { title: 'value', isFlexible: true, cell: ({ value }) => value },
      { title: 'from', cell: ({ from }) => (from === 'default' ? colours.dim(from) : from) },
    ],
    output,
  );
}
