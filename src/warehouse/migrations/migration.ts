/** One step of the schema, in plain SQL. A step that has shipped is never edited; a later one corrects it. */
export interface Migration {
  /** Ordered by this name. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
}
