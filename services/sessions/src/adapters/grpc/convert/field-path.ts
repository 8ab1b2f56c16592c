import { isRefusal, Refusal } from '@drawdown/errors';

/** Identity and time of a command stand beside the thing that it is about. */
const OF_REQUEST: readonly string[] = ['request_id', 'request_time', 'update_mask'];

/** Names wrong fields as the request has them: what the domain calls `timeout_ms` lies in the request's `settings`. */
export const withinField = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error) || error.violations.length === 0) throw error;
    const violations = error.violations.map(({ field, description }) => ({
      field: OF_REQUEST.includes(field) ? field : `${path}.${field}`,
      description,
    }));
    throw new Refusal(error.reason, error.message, error.metadata, violations, { cause: error });
  }
};
