import { SystemError } from '../../../src/domain/errors.ts';
import { checkKey, checkPrefix, type ObjectStore } from '../../../src/storage/object-store.ts';

export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  /** How often anything was put. */
  puts(): number;
}

/** A store that a test can look into and damage. */
export function memoryStore(): MemoryStore {
  const objects = new Map<string, Buffer>();
  let puts = 0;
  return {
    location: 'memory',
    objects,
    puts: () => puts,
    async put(key, bytes) {
      checkKey(key);
      puts += 1;
      objects.set(key, Buffer.from(bytes));
    },
    async get(key) {
      const bytes = objects.get(key);
      if (bytes === undefined) {
        throw new SystemError(`no ${key}`, { code: 'ETL-STO-001' });
      }
      return bytes;
    },
    async size(key) {
      return objects.get(key)?.length;
    },
    async delete(key) {
      objects.delete(key);
    },
    async *list(prefix) {
      checkPrefix(prefix);
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix));
    },
  };
}
