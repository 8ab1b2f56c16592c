import type { Page as PageMessage, SessionValues as ValuesMessage } from '@drawdown/proto/sessions';
import type { SessionView } from '../../../application/queries/session-view.js';
import { sessionValuesOf, type Hit, type Page } from '../../../domain/index.js';

/** What follows from the hits of a closed session (sessions §13.3). */
export const toApiValues = ({ state, splitCause }: SessionView, hits: readonly Hit[]): ValuesMessage | undefined => {
  if (state !== 'CLOSED' || hits.length === 0) return undefined;
  const values = sessionValuesOf(hits, splitCause ?? null);
  return {
    pageViews: values.pageViews,
    uniquePageViews: values.uniquePageViews,
    bounced: values.isBounced,
    entryPage: toApiPage(values.entryPage),
    secondPage: toApiPage(values.secondPage),
    exitPage: toApiPage(values.exitPage),
    referrer: values.referrer ?? '',
    source: values.source,
    medium: values.medium,
    term: values.term ?? '',
    campaign: { ...values.campaign, ...values.clickIds },
  };
};

const toApiPage = (page: Page | null): PageMessage | undefined => (page === null ? undefined : { ...page });
