/** The source that reads a path; a path alone implies it. */
export const FILES_SOURCE = 'files';
/** Names that are devices on Windows, whatever their extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why a path may not be read, or undefined where it may: only what lies below the files' root is. */
export function pathFault(path: string): string | undefined {
  if (/\p{Cc}/u.test(path)) {
    return 'it holds a control character';
  }
  const decoded = decodedPath(path);
  if (/^([/\\~]|[A-Za-z]:)/.test(decoded)) {
    return 'it is absolute';
  }
  const parts = decoded.split(/[/\\]/);
  if (parts.includes('..')) {
    return 'it leads out of the root';
  }
  return parts.some((part) => DEVICE.test(part)) ? 'it names a device' : undefined;
}

/** `%2e%2e` means `..` to some reader down the line; the file's real name may hold a % that encodes nothing. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
