import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of an object for people and browsers: `file:///…` of a local store, else `s3://…`. */
export function linkOf(location: string, key: string): string {
  if (/^[a-z][a-z0-9+.-]+:/.test(location)) {
    return `${location.replace(/\/$/, '')}/${key}`;
  }
  const folder = isAbsolute(location) ? location : resolve(location);
  return pathToFileURL(resolve(folder, key)).href;
}
