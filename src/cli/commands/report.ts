import { Option, type Command } from 'commander';

import { addCheckOptions, checkRequestOf, type CheckOptions } from '../check-options.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { wholeNumber } from '../option-parsers.ts';

interface ReportOptions extends CheckOptions {
  readonly open?: true;
}

interface ShowOptions {
  readonly format: 'html' | 'md' | 'json';
  readonly out?: string;
  readonly open?: true;
  readonly demo?: true;
}

const DEFAULT_DAYS = 90;
const DEFAULT_LISTED = 20;
const MAX_LISTED = 1000;
const HELP = `
Draws a report of what is stored, and says where it lies: one HTML page that
needs no network, the same as Markdown and as JSON beside it.

Examples:
  candlewick report --from 2024-01-02 --to 2024-03-29 --open
  candlewick report list
  candlewick report show 3 --format md`;

export function addReportCommand(program: Command, invoke: Invoke): void {
  const report = program.command('report').description('draw, list and show quality reports');
  addCheckOptions(report, DEFAULT_DAYS)
    .option('--open', 'open it in the browser')
    .addHelpText('after', HELP)
    .action((options: ReportOptions) =>
      invoke(report, (invocation) => generate(options, invocation)),
    );
  addList(report, invoke);
  addShow(report, invoke);
}

async function generate(options: ReportOptions, invocation: Invocation): Promise<ExitCode> {
  const { readConfig, withClient } = await import('../servers.ts');
  const { toSnakeCase } = await import('../format.ts');
  const request = await checkRequestOf(options, 'report');
  const config = await readConfig(invocation);
  const result = await withClient(config, (client) =>
    client.quality.generateQualityReport(request),
  );
  const { output } = invocation;
  output.result(toSnakeCase(result), () =>
    [
      result.headline,
      `${output.colours.bold('page      ')}${result.link}`,
      `${output.colours.bold('markdown  ')}${result.markdownLink}`,
      `${output.colours.bold('json      ')}${result.jsonLink}`,
    ].join('\n'),
  );
  if (options.open === true) {
    await open(result.link, invocation);
  }
  return EXIT.ok;
}

function addList(report: Command, invoke: Invoke): void {
  const command = report
    .command('list')
    .description('reports, newest first')
    .option('--limit <reports>', 'at most', wholeNumber(1, MAX_LISTED), DEFAULT_LISTED)
    .option('--demo', 'of the demo database (the simulated market)');
  command.action((options: { readonly limit: number; readonly demo?: true }) =>
    invoke(command, async (invocation) => {
      const { readConfig, withWarehouse } = await import('../servers.ts');
      const { listReports } = await import('../../warehouse/quality-reports.ts');
      const { formatInstant, formatScore, toSnakeCase } = await import('../format.ts');
      const { renderTable } = await import('../table.ts');
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      const reports = await withWarehouse(config, invocation, kind, (warehouse) =>
        listReports(warehouse, options.limit),
      );
      const { output } = invocation;
      output.result(toSnakeCase(reports), () =>
        reports.length === 0
          ? 'no reports yet: draw one with `candlewick report`'
          : renderTable(
              reports,
              [
                { title: 'id', align: 'right', cell: ({ id }) => String(id) },
                { title: 'from', cell: ({ startDate }) => startDate },
                { title: 'to', cell: ({ endDate }) => endDate },
                {
                  title: 'score',
                  align: 'right',
                  cell: ({ score }) => formatScore(score ?? undefined),
                },
                { title: 'drawn', dropFirst: 1, cell: ({ createdAt }) => formatInstant(createdAt) },
                { title: 'says', isFlexible: true, cell: ({ headline }) => headline },
              ],
              output,
            ),
      );
      return EXIT.ok;
    }),
  );
}

function addShow(report: Command, invoke: Invoke): void {
  const command = report
    .command('show [id]')
    .description('one report (default: the newest)')
    .addOption(
      new Option('--format <form>', 'in which form').choices(['html', 'md', 'json']).default('md'),
    )
    .option('--out <file>', 'write it there')
    .option('--open', 'open the page in the browser')
    .option('--demo', 'of the demo database (the simulated market)');
  command.action((id: string | undefined, options: ShowOptions) =>
    invoke(command, (invocation) => show(id, options, invocation)),
  );
}

async function show(
  id: string | undefined,
  { format, out, open: isOpened, demo }: ShowOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  const { readConfig, withWarehouse } = await import('../servers.ts');
  const { readReport } = await import('../../warehouse/quality-reports.ts');
  const { openStore } = await import('../../storage/open-store.ts');
  const { linkOf } = await import('../../storage/link.ts');
  const { toSnakeCase } = await import('../format.ts');
  const wanted = id === undefined ? undefined : wholeNumber(1, Number.MAX_SAFE_INTEGER)(id);
  const config = await readConfig(invocation);
  const kind = demo === true ? 'demo' : 'standard';
  const report = await withWarehouse(config, invocation, kind, (warehouse) =>
    readReport(warehouse, wanted),
  );
  if (report === undefined) {
    const { CliError } = await import('../cli-error.ts');
    const which = wanted === undefined ? 'no report yet' : `no report ${wanted}`;
    throw new CliError('not_found', `There is ${which}`, {
      code: 'ETL-REP-404',
      hint: 'draw one with `candlewick report`.',
    });
  }
  const store = openStore(config.storageUrl);
  const keys = { html: report.htmlKey, md: report.markdownKey, json: report.jsonKey } as const;
  const bytes = await store.get(keys[format]);
  const link = linkOf(store.location, report.htmlKey);
  if (out !== undefined) {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(out, bytes);
  }
  invocation.output.result(toSnakeCase({ ...report, link }), () =>
    out === undefined ? bytes.toString('utf8').trimEnd() : out,
  );
  if (isOpened === true) {
    await open(link, invocation);
  }
  return EXIT.ok;
}

const OPENERS = new Map<string, string>([
  ['darwin', 'open'],
  ['win32', 'explorer'],
]);

/** By whatever this system opens pages with; where there is none the link is what remains. */
async function open(link: string, { output }: Pick<Invocation, 'output'>): Promise<void> {
  if (!link.startsWith('file:')) {
    output.warn(`only a page on this machine can be opened; take it with --out: ${link}`);
    return;
  }
  const { spawn } = await import('node:child_process');
  const program = OPENERS.get(process.platform) ?? 'xdg-open';
  const child = spawn(program, [link], { stdio: 'ignore', detached: true });
  child.on('error', () => output.warn(`found no ${program} to open it with: ${link}`));
  await new Promise((resolve) => {
    child.once('spawn', resolve).once('error', resolve);
  });
  child.unref();
}
