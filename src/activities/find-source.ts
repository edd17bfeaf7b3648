import { ConfigurationError } from '../domain/errors.ts';
import type { DataSource } from '../sources/data-source.ts';
import type { SourceSet } from './deps.ts';

/** The source of that name, or undefined where there is none or it is not configured: the next in the order is asked then. */
export function findSource(sources: SourceSet, name: string): DataSource | undefined {
  try {
    return sources.get(name);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return undefined;
    }
    throw error;
  }
}
