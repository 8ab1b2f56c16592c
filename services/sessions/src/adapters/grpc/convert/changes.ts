import { SessionChange as ApiSessionChange, type WatchSessionsResponse } from '@drawdown/proto/sessions';
import type { SessionChange, WatchedChange } from '../../../application/queries/watch.js';
import { toApiSession } from './sessions.js';

const CHANGES: Readonly<Record<SessionChange, ApiSessionChange>> = {
  open: ApiSessionChange.OPEN,
  closed: ApiSessionChange.CLOSED,
  amended: ApiSessionChange.AMENDED,
  superseded: ApiSessionChange.SUPERSEDED,
};

/** Without a change it says that the watch has begun. */
export const toApiChange = (watched: WatchedChange | undefined): WatchSessionsResponse =>
  watched === undefined
    ? { change: ApiSessionChange.UNSPECIFIED, session: undefined }
    : { change: CHANGES[watched.change], session: toApiSession(watched.session) };
