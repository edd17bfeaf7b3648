import type { Command } from 'commander';

import type { Proof, ProofContext, ProofResult } from '../../prove/proof.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { wholeNumber } from '../option-parsers.ts';
import type { Output } from '../output.ts';

interface ProveOptions {
  readonly list?: true;
  readonly seeds?: number;
}

interface Proven extends ProofResult {
  readonly proof: string;
  readonly title: string;
  readonly durationSeconds: number;
}

const HELP = `
Each proof runs on a scratch database with the simulated market and worker
processes of its own, and removes them. Without a name: all of them. The exit
code is 0 only if each one holds.`;

export function addProveCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('prove [name]')
    .description('prove a promise, with figures')
    .option('--list', 'name the proofs')
    .option('--seeds <count>', 'of kill: seeds, from 1 on (default: 3)', wholeNumber(1, 1000))
    .addHelpText('after', HELP);
  command.action((name: string | undefined, options: ProveOptions) =>
    invoke(command, async (invocation) => {
      const { proofs } = await import('../../prove/index.ts');
      if (options.list === true) {
        return listProofs(proofs, invocation.output);
      }
      const chosen = await chooseProofs(proofs, name);
      return runProofs(chosen, { isAll: name === undefined, seeds: options.seeds }, invocation);
    }),
  );
}

function listProofs(proofs: Readonly<Record<string, Proof>>, output: Output): ExitCode {
  const rows = Object.entries(proofs).map(([name, { title }]) => ({ name, title }));
  output.result(rows, () =>
    rows.map(({ name, title }) => `${name.padEnd(16)} ${title}`).join('\n'),
  );
  return EXIT.ok;
}

async function chooseProofs(
  proofs: Readonly<Record<string, Proof>>,
  name: string | undefined,
): Promise<readonly (readonly [string, Proof])[]> {
  const known = Object.entries(proofs);
  const chosen = known.filter(([key]) => name === undefined || key === name);
  if (name !== undefined && chosen.length === 0) {
    const { usageError } = await import('../cli-error.ts');
    const { nearest } = await import('../../config/nearest.ts');
    const names = known.map(([key]) => key);
    const meant = nearest(name, names);
    throw usageError(
      `There is no proof "${name}"; there are ${names.join(', ')}`,
      meant === undefined ? undefined : `did you mean ${meant}?`,
    );
  }
  return chosen;
}

async function runProofs(
  chosen: readonly (readonly [string, Proof])[],
  { isAll, seeds }: { readonly isAll: boolean; readonly seeds: number | undefined },
  invocation: Invocation,
): Promise<ExitCode> {
  const { output, signal } = invocation;
  const { databaseOf, openServers, readConfig } = await import('../servers.ts');
  const { toSnakeCase } = await import('../format.ts');
  const config = await readConfig(invocation);
  await quietRuntime();
  const needs = { postgres: true, temporal: true, isLasting: false };
  const stack = await openServers(config, invocation, needs);
  try {
    const { connectSettings } = await import('../../client/connection.ts');
    const { temporalAddress = connectSettings({}).address, namespace } = stack;
    const results: Proven[] = [];
    for (const [name, proof] of chosen) {
      signal.throwIfAborted();
      output.talk(`${output.talkColours.bold(name)}: ${proof.title}`);
      const databaseUrl = databaseOf(stack);
      results.push(
        await runProof(name, proof, {
          databaseUrl,
          temporalAddress,
          namespace,
          onProgress: (line) => output.talk(`  ${line}`),
          signal,
          home: config.home,
          ...(seeds === undefined ? {} : { seeds }),
        }),
      );
    }
    const records = results.map(toSnakeCase);
    output.result(isAll ? records : records[0], () =>
      results.map((result) => renderProof(result, output)).join('\n'),
    );
    return results.every(({ holds }) => holds) ? EXIT.ok : EXIT.failed;
  } finally {
    await stack.close();
  }
}

function quiet(): void {
  // Nothing to say.
}

/** Temporal's own log lines: the faults that a proof makes are no news. */
async function quietRuntime(): Promise<void> {
  const { installRuntime } = await import('../../worker/temporal-runtime.ts');
  await installRuntime({
    log: quiet,
    trace: quiet,
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: quiet,
  });
}

async function runProof(name: string, proof: Proof, context: ProofContext): Promise<Proven> {
  const startedAt = Date.now();
  const result = await proof.run(context);
  return {
    proof: name,
    title: proof.title,
    ...result,
    durationSeconds: (Date.now() - startedAt) / 1000,
  };
}

function renderProof(
  { proof, title, holds, figures, broken }: Proven,
  { colours }: Output,
): string {
  const verdict = holds ? colours.green('holds') : colours.red('BROKEN');
  return [
    `${verdict}  ${colours.bold(proof)}: ${title}`,
    ...Object.entries(figures).map(([name, value]) => `  ${colours.dim(name)} ${value}`),
    ...broken.map((sentence) => `  ${colours.red('-')} ${sentence}`),
  ].join('\n');
}
