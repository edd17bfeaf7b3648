import type { Command } from 'commander';

import type { RuleRow } from '../rule-rows.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';
import type { Column } from '../table.ts';

const HELP = `
Switch rules, set severities, thresholds and tolerances, and add rules of your
own in the file of ETL_RULES_FILE, or for one job in its field "rules".`;

export function addRulesCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('rules')
    .description('the quality rules as they are set: state, severity, action, thresholds');
  command.addHelpText('after', HELP).action(() =>
    invoke(command, async (invocation) => {
      const { output } = invocation;
      const { readConfig } = await import('../servers.ts');
      const { ruleView } = await import('../rule-rows.ts');
      const { readRulesFile } = await import('../../config/rules-file.ts');
      const { toSnakeCase } = await import('../format.ts');
      const { renderTable } = await import('../table.ts');
      const { rulesFile } = await readConfig(invocation);
      const view = ruleView(readRulesFile(rulesFile), rulesFile);
      output.result(
        { ...Object(toSnakeCase(view)), thresholds: view.thresholds, tolerance: view.tolerance },
        () =>
          [
            renderTable(view.rules, columnsOf(output), output),
            '',
            ...settingLines('threshold', view.thresholds),
            ...settingLines('tolerance', view.tolerance),
            '',
            `ruleset ${view.ruleset}, ${rulesFile ?? 'the catalogue as it is (ETL_RULES_FILE is not set)'}`,
          ].join('\n'),
      );
      return EXIT.ok;
    }),
  );
}

function settingLines(
  kind: string,
  settings: Readonly<Record<string, { readonly value: number; readonly isDefault: boolean }>>,
): readonly string[] {
  return Object.entries(settings).map(
    ([name, { value, isDefault }]) => `${kind} ${name} = ${value}${isDefault ? '' : ' (set)'}`,
  );
}

function columnsOf({ colours }: Output): readonly Column<RuleRow>[] {
  return [
    {
      title: 'rule',
      cell: ({ id, state }) => (state === 'off' ? colours.dim(id) : id),
    },
    { title: 'state', cell: ({ state }) => (state === 'on' ? state : colours.yellow(state)) },
    { title: 'severity', cell: ({ severity }) => severity },
    { title: 'dimension', dropFirst: 2, cell: ({ dimension }) => dimension },
    { title: 'action', dropFirst: 1, cell: ({ actions }) => actions.join(', ') },
    { title: 'what it finds', isFlexible: true, cell: ({ summary }) => summary },
  ];
}
