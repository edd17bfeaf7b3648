import type { Command } from 'commander';

import type { DatabaseKind } from '../../runtime/stack.ts';
import type { MigrationState } from '../../warehouse/migrate.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';

interface DbOptions {
  readonly demo?: true;
}

interface DatabaseContext {
  readonly kind: DatabaseKind;
  readonly allowPlaintext: boolean;
  readonly output: Invocation['output'];
}

/** What a command does with the database, and how a person reads what came of it. */
interface DatabaseWork<Result> {
  readonly run: (databaseUrl: string, context: DatabaseContext) => Promise<Result>;
  readonly render: (result: Result) => string;
}

const DEMO =
  'the demo database, the only kind that simulated bars may enter; of DATABASE_URL: create it as one';

const ROLES = 'make the roles of owner, loader and reader, and grant them what they need';
const ROLES_HELP = `
etl_owner migrates, etl_load runs jobs, etl_read queries. None can log in: grant
them to users that can. Needs a user with CREATEROLE that owns the tables; run it
again after each upgrade.`;

export function addDbCommand(program: Command, invoke: Invoke): void {
  const db = program.command('db').description("the database's schema and roles");
  addWork(db.command('migrate').description('bring schema and calendar up to date'), invoke, {
    async run(databaseUrl, { kind, allowPlaintext, output }) {
      const { migrate } = await import('../../warehouse/migrate.ts');
      return migrate(databaseUrl, { purpose: kind, allowPlaintext, onProgress: output.talk });
    },
    render: renderState,
  });
  addWork(
    db.command('status').description('what is applied, and what is not; changes nothing'),
    invoke,
    {
      async run(databaseUrl, { allowPlaintext }) {
        const { migrationState } = await import('../../warehouse/migrate.ts');
        return migrationState(databaseUrl, { allowPlaintext });
      },
      render: renderState,
    },
  );
  addWork(db.command('roles').description(ROLES).addHelpText('after', ROLES_HELP), invoke, {
    async run(databaseUrl, { allowPlaintext }) {
      const { grantRoles } = await import('../../warehouse/roles.ts');
      return { roles: await grantRoles(databaseUrl, { allowPlaintext }) };
    },
    render: ({ roles }) => `granted what they need: ${roles.join(', ')}`,
  });
}

function addWork<Result>(
  command: Command,
  invoke: Invoke,
  { run, render }: DatabaseWork<Result>,
): void {
  command.option('--demo', DEMO).action((options: DbOptions) =>
    invoke(command, async (invocation) => {
      const { readConfig, withDatabase } = await import('../servers.ts');
      const { output } = invocation;
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      const result = await withDatabase(config, invocation, kind, (databaseUrl) =>
        run(databaseUrl, { kind, allowPlaintext: config.allowPlaintext, output }),
      );
      const { toSnakeCase } = await import('../format.ts');
      output.result(toSnakeCase(result), () => render(result));
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
