/** A file within an archive; `ordinal` tells two of one name apart. */
export interface Member {
  readonly name: string;
  readonly ordinal: number;
  readonly body: Uint8Array;
}

/** Which members are read, the others being passed over. */
export type MemberFilter = (name: string, ordinal: number) => boolean;
