import { defineSearchAttributeKey } from '@temporalio/common';

import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';

export const JOB_NAME = defineSearchAttributeKey('JobName', SEARCH_ATTRIBUTES.JobName);
export const JOB_TYPE = defineSearchAttributeKey('JobType', SEARCH_ATTRIBUTES.JobType);
export const STAGE = defineSearchAttributeKey('EtlStage', SEARCH_ATTRIBUTES.EtlStage);
export const SCORE = defineSearchAttributeKey('QualityScore', SEARCH_ATTRIBUTES.QualityScore);
export const SYMBOL = defineSearchAttributeKey('Symbol', SEARCH_ATTRIBUTES.Symbol);
