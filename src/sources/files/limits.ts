/** Bytes of one file, unpacked, that fit a worker. */
export const MOST_BYTES = 1 << 30;
/** Files that one job reads, members of archives included. */
export const MOST_FILES = 100_000;
