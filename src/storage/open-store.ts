import { createLocalStore } from './local-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Store } from './s3-store.ts';
import { parseStoreUrl } from './store-url.ts';

/**
 * The store at a path, `file:///path` or `s3://bucket/prefix?endpoint=…&region=…&path_style=…`. Nothing is touched before
 * the first use. @throws ConfigurationError ETL-CFG-120
 */
export function openStore(url: string): ObjectStore {
  const address = parseStoreUrl(url);
  return address.kind === 'local' ? createLocalStore(address.directory) : createS3Store(address);
}
