import type { Config } from '../config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { DatabaseKind } from '../runtime/stack.ts';
import type { Output } from './output.ts';

type DatabaseConfig = Pick<Config, 'allowPlaintext' | 'databaseUrl'>;

/**
 * A database that a worker may use. The embedded ones are ours to migrate; one that was configured is changed only when
 * somebody says so. @throws ConfigurationError ETL-DB-204 where its schema is behind
 */
export async function prepareDatabase(
  databaseUrl: string,
  purpose: DatabaseKind,
  { allowPlaintext, databaseUrl: configured }: DatabaseConfig,
  output: Output,
): Promise<void> {
  const { migrate, migrationState } = await import('../warehouse/migrate.ts');
  if (configured === undefined) {
    await migrate(databaseUrl, { purpose, allowPlaintext, onProgress: output.talk });
    return;
  }
  const { pending } = await migrationState(databaseUrl, { allowPlaintext });
  if (pending.length > 0) {
    throw new ConfigurationError(
      `The schema of ${configured.shown} is behind: ${pending.length} steps are not applied`,
      { code: 'ETL-DB-204', hint: 'run `candlewick db migrate`.' },
    );
  }
}

/**
 * Simulated bars may enter only a database that was made for them; an embedded one is made as needed.
 * @throws ConfigurationError ETL-CLI-302
 */
export async function requireDemoDatabase({
  allowPlaintext,
  databaseUrl,
}: DatabaseConfig): Promise<void> {
  if (databaseUrl === undefined) {
    return;
  }
  const { migrationState } = await import('../warehouse/migrate.ts');
  const { purpose } = await migrationState(databaseUrl.reveal(), { allowPlaintext });
  if (purpose !== 'demo') {
    throw new ConfigurationError(
      `The simulated market may not enter ${databaseUrl.shown}: it is ${purpose === undefined ? 'not a demo database yet' : `a ${purpose} database`}`,
      {
        code: 'ETL-CLI-302',
        hint: 'make an empty database a demo one with `candlewick db migrate --demo`, or name real sources with --source.',
      },
    );
  }
}
