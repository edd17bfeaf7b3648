import type { Command } from 'commander';

import { plural } from '../../domain/plural.ts';
import type { QualityCheckResult } from '../../domain/quality-check.ts';
import { addCheckOptions, checkRequestOf, type CheckOptions } from '../check-options.ts';
import { EXIT } from '../exit-codes.ts';
import { formatScore } from '../format.ts';
import type { Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';
import { qualityGroup } from './quality.ts';

const DEFAULT_DAYS = 30;
/** The threshold of a job that names none. */
const THRESHOLD = 0.7;
const HELP = `
Judges stored bars again, by the rules of today; changes nothing. Findings lie
in quality_check_findings. Exit code 5 where the score is below 0.7, or a symbol
could not be judged. A worker of the queue data_quality must run.`;

export function addQualityCheckCommand(program: Command, invoke: Invoke): void {
  const command = qualityGroup(program)
    .command('check')
    .description('judge stored bars by the rules of today');
  addCheckOptions(command, DEFAULT_DAYS)
    .addHelpText('after', HELP)
    .action((options: CheckOptions) =>
      invoke(command, async (invocation) => {
        const { readConfig, withClient } = await import('../servers.ts');
        const { toSnakeCase } = await import('../format.ts');
        const request = await checkRequestOf(options, 'check');
        const config = await readConfig(invocation);
        const result = await withClient(config, (client) => client.quality.checkQuality(request));
        invocation.output.result(toSnakeCase(result), () => render(result, invocation.output));
        const isPoor = (result.score ?? 1) < THRESHOLD || result.symbolsFailed > 0;
        return isPoor ? EXIT.partial : EXIT.ok;
      }),
    );
}

function render(result: QualityCheckResult, { colours }: Output): string {
  const { startDate, endDate, symbols, bars, score, missing, held, dimensions, findings } = result;
  const lines: readonly (readonly [string, string])[] = [
    [
      'checked',
      `${plural(bars, 'bar')} of ${plural(symbols, 'symbol')}, ${startDate} to ${endDate}`,
    ],
    ['score', formatScore(score)],
    ...Object.entries(dimensions).map(([name, value]): readonly [string, string] => [
      `  ${name}`,
      formatScore(value),
    ]),
    ['missing', plural(missing, 'owed bar')],
    ['held', plural(held, 'bar')],
    ...Object.entries(findings).map(([rule, hits]): readonly [string, string] => [
      'finding',
      `${rule}: ${hits}`,
    ]),
    ...result.worstSymbols.map(({ symbol, score: own }): readonly [string, string] => [
      'worst',
      `${symbol} ${formatScore(own)}`,
    ]),
    ...result.failures.map(({ symbol, message }): readonly [string, string] => [
      'failed',
      `${symbol}: ${message}`,
    ]),
    ...result.notes.map((note): readonly [string, string] => ['note', note]),
  ];
  return lines.map(([name, text]) => `${colours.bold(name.padEnd(16))}${text}`).join('\n');
}
