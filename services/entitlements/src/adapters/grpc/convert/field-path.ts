import { isRefusal, Refusal } from '@drawdown/errors';

/** Names wrong fields as the request has them: what the domain calls `amount` lies in the request's `grant` (entitlements §14). */
export const withinField = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error) || error.violations.length === 0) throw error;
    const violations = error.violations.map(({ field, description }) => ({
      field: isOfRequest(field) ? field : `${path}.${field}`,
      description,
    }));
    throw new Refusal(error.reason, error.message, error.metadata, violations, { cause: error });
  }
};

/** Identity and time of a command stand beside the thing that it is about. */
const isOfRequest = (field: string): boolean => field === 'request_id' || field === 'request_time';
