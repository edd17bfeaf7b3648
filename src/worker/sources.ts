import type { CpuPool } from '../activities/cpu/pool.ts';
import type { SourceSet } from '../activities/deps.ts';
import type { Config } from '../config/config.ts';
import { missingSetting } from '../config/remote-sources.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { ALIAS_NAMES, expandSources } from '../sources/aliases.ts';
import type { DataSource } from '../sources/data-source.ts';
import { createFilesSource } from '../sources/files/files-source.ts';
import { createSimulatedSource } from '../sources/simulated/simulated-source.ts';
import type { CallGate } from '../sources/call-gate.ts';
import { remoteSources } from './remote-sources.ts';

type SourcesConfig = Pick<
  Config,
  'filesRoot' | 'simulatedSeed' | 'simulatedSymbols' | 'remoteSources'
>;

/** Every source that this worker can ask, by name. Each is made when it is first asked for. */
export function createSources(
  config: SourcesConfig,
  cpu: Pick<CpuPool, 'render' | 'scan'>,
  gate: CallGate,
): SourceSet {
  const makers = new Map<string, () => DataSource>([
    [
      'files',
      () =>
        createFilesSource({
          root: config.filesRoot,
          scan: (body, request, signal) => cpu.scan(body, request, signal),
        }),
    ],
    [
      'simulated',
      () =>
        createSimulatedSource({
          seed: config.simulatedSeed,
          symbols: config.simulatedSymbols,
          render: (request, signal) => cpu.render(request, signal),
        }),
    ],
    ...remoteSources(config.remoteSources, gate),
  ]);
  const made = new Map<string, DataSource>();
  const names = [...makers.keys(), ...ALIAS_NAMES];
  return {
    names,
    expand: (wanted) =>
      expandSources(wanted, (name) => missingSetting(config.remoteSources, name) === undefined),
    get(name) {
      const maker = makers.get(name);
      if (maker === undefined) {
        throw new ConfigurationError(
          `sources: got "${name}"; expected one of ${names.join(', ')}`,
          { code: 'ETL-JOB-111' },
        );
      }
      const source = made.get(name) ?? maker();
      made.set(name, source);
      return source;
    },
  };
}
