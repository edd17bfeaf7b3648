import type { SourceSet } from '../activities/deps.ts';
import type { CpuPool } from '../activities/cpu/pool.ts';
import type { Config } from '../config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { expandSources } from '../sources/aliases.ts';
import type { CallGate } from '../sources/call-gate.ts';
import type { DataSource } from '../sources/data-source.ts';
import { createFilesSource } from '../sources/files/files-source.ts';
import { createSimulatedSource } from '../sources/simulated/simulated-source.ts';

/**
 * Every source that this worker can ask, by name. Those that call out get `gate`: quota and circuit breaker stand before
 * each of their calls.
 */
export function createSources(
  config: Pick<Config, 'filesRoot' | 'simulatedSeed' | 'simulatedSymbols'>,
  cpu: Pick<CpuPool, 'render' | 'scan'>,
  _gate: CallGate,
): SourceSet {
  const all: readonly DataSource[] = [
    createFilesSource({
      root: config.filesRoot,
      scan: (body, request, signal) => cpu.scan(body, request, signal),
    }),
    createSimulatedSource({
      seed: config.simulatedSeed,
      symbols: config.simulatedSymbols,
      render: (request, signal) => cpu.render(request, signal),
    }),
  ];
  const byName = new Map(all.map((source) => [source.name, source]));
  return {
    names: [...byName.keys()],
    expand: expandSources,
    get(name) {
      const source = byName.get(name);
      if (source === undefined) {
        throw new ConfigurationError(
          `sources: got "${name}"; expected one of ${[...byName.keys()].join(', ')}`,
          { code: 'ETL-JOB-111' },
        );
      }
      return source;
    },
  };
}
