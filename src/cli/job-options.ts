import { Option, type Command } from 'commander';

import { duration, list, number } from './option-parsers.ts';

/** The options that mirror ETLJobConfig, as commander gives them. What is not given is absent. */
export interface JobOptions {
  readonly jobName?: string;
  readonly symbols?: readonly string[];
  readonly symbolsFile?: string;
  readonly from?: string;
  readonly to?: string;
  readonly daysBack?: number;
  readonly batchSize?: number;
  readonly qualityThreshold?: number;
  readonly retryFailed?: boolean;
  readonly skipExisting?: boolean;
  readonly validateData?: boolean;
  readonly cleanData?: boolean;
  readonly source?: readonly string[];
  readonly path?: string;
  readonly concurrency?: number;
  readonly input?: string;
  readonly timeout?: number;
}

/** On by default, so that help names what switches them off; `--skip-existing` is understood as well. */
const FLAGS = [
  ['retry-failed', 'do not try failed symbols once more at the end'],
  ['skip-existing', 'update rows that differ, with history; default: leave those the table has'],
  ['validate-data', 'do not judge rows by the quality rules'],
  ['clean-data', 'do not repair what can be repaired with certainty'],
] as const;

/** Adds the options of a job to a command: all of ETLJobConfig, and none of them with a default of its own. */
export function addJobOptions(command: Command): Command {
  command
    .option('--job-name <name>', 'name of the job')
    .option('--symbols <list>', 'what to ingest: 600000.SH,000001.SZ (default: all)', list)
    .option('--symbols-file <file>', 'more symbols, one a line or joined by commas; - for stdin')
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day, YYYY-MM-DD (default: the last completed one)')
    .option('--days-back <days>', 'in place of --from (default: 7; a backfill: 5 years)', number)
    .option('--batch-size <symbols>', 'symbols a batch, at most', number)
    .option('--quality-threshold <score>', '0 to 1; rows below it are quarantined', number)
    .option('--source <list>', 'sources in the order in which they are asked', list)
    .option('--path <path>', 'for the source files: file, directory or glob')
    .option('--concurrency <batches>', 'batches in flight at the same time', number);
  for (const [name, meaning] of FLAGS) {
    command.addOption(new Option(`--${name}`).hideHelp()).option(`--no-${name}`, meaning);
  }
  return command
    .option('--input <file>', 'the job as JSON; - for stdin; options win over it')
    .option('--timeout <time>', 'stop waiting after 30s, 5m, 2h; the job goes on', duration);
}
