/** What operators filter jobs by, each with Temporal's type. Names and types are part of the product's face: never change a type. */
export const SEARCH_ATTRIBUTES = {
  JobName: 'KEYWORD',
  JobType: 'KEYWORD',
  EtlStage: 'KEYWORD',
  QualityScore: 'DOUBLE',
  Symbol: 'KEYWORD_LIST',
} as const;
