import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

import { ConfigurationError } from '../domain/errors.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** What operators filter by. Names and types are part of the product's face: never change a type. */
export const SEARCH_ATTRIBUTES = {
  JobName: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  JobType: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  EtlStage: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  QualityScore: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Symbol: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
} as const;

/**
 * Registers what is missing, and proves the types of what was there: an attribute of another type would make every
 * workflow task fail for ever. @throws ConfigurationError ETL-TMP-310
 */
export async function ensureSearchAttributes(
  { operatorService }: Connection,
  namespace: string,
): Promise<void> {
  const present = (await operatorService.listSearchAttributes({ namespace })).customAttributes;
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => present[name] === undefined);
  if (missing.length > 0) {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    });
  }
  const wrong = Object.entries(SEARCH_ATTRIBUTES)
    .filter(([name, type]) => present[name] !== undefined && present[name] !== type)
    .map(([name]) => name);
  if (wrong.length > 0) {
    throw new ConfigurationError(
      `Search attributes ${wrong.join(', ')} of namespace ${namespace} have another type than Candlewick gives them`,
      {
        code: 'ETL-TMP-310',
        hint: 'use a namespace of its own for Candlewick (TEMPORAL_NAMESPACE); on an embedded server remove temporal.db from the home folder.',
      },
    );
  }
}
