import type { Command } from 'commander';

import type { DatabaseKind } from '../../runtime/stack.ts';
import type { MigrationState } from '../../warehouse/migrate.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';

interface DbOptions {
  readonly demo?: true;
}

type DatabaseWork = (
  databaseUrl: string,
  context: {
    readonly kind: DatabaseKind;
    readonly allowPlaintext: boolean;
    readonly output: Invocation['output'];
  },
) => Promise<MigrationState>;

const DEMO =
  'the demo database, the only kind that simulated bars may enter; of DATABASE_URL: create it as one';

export function addDbCommand(program: Command, invoke: Invoke): void {
  const db = program.command('db').description("the database's schema");
  addWork(
    db.command('migrate').description('bring schema and calendar up to date'),
    invoke,
    async (databaseUrl, { kind, allowPlaintext, output }) => {
      const { migrate } = await import('../../warehouse/migrate.ts');
      return migrate(databaseUrl, { purpose: kind, allowPlaintext, onProgress: output.talk });
    },
  );
  addWork(
    db.command('status').description('what is applied, and what is not; changes nothing'),
    invoke,
    async (databaseUrl, { allowPlaintext }) => {
      const { migrationState } = await import('../../warehouse/migrate.ts');
      return migrationState(databaseUrl, { allowPlaintext });
    },
  );
}

function addWork(command: Command, invoke: Invoke, work: DatabaseWork): void {
  command.option('--demo', DEMO).action((options: DbOptions) =>
    invoke(command, async (invocation) => {
      const { readConfig, withDatabase } = await import('../servers.ts');
      const { output } = invocation;
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      const state = await withDatabase(config, invocation, kind, (databaseUrl) =>
        work(databaseUrl, { kind, allowPlaintext: config.allowPlaintext, output }),
      );
      const { toSnakeCase } = await import('../format.ts');
      output.result(toSnakeCase({ ...state, purpose: state.purpose }), () => renderState(state));
      return EXIT.ok;
    }),
  );
}

function renderState({ purpose, applied, pending }: MigrationState): string {
  return [
    `purpose: ${purpose ?? 'not settled yet'}`,
    ...applied.map((name) => `applied  ${name}`),
    ...pending.map((name) => `pending  ${name}`),
    pending.length === 0 ? 'the schema is up to date' : 'apply with `candlewick db migrate`',
  ].join('\n');
}
