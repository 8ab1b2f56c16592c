import { Refusal } from '@drawdown/errors';

/** A field that the shape rules of the contract cannot describe. */
export const wrongField = (field: string, description: string): Refusal =>
  new Refusal('VALIDATION', `${field} ${description}`, { field }, [{ field, description }]);

/** Ids of clients, users and sessions: any text that a token of a subject can hold (design §4). */
const ID_BYTES_MAX = 128;

export const requireId = (value: string, field: string): string => {
  if (value === '' || Buffer.byteLength(value) > ID_BYTES_MAX) throw wrongField(field, `must be a text of 1–${String(ID_BYTES_MAX)} bytes`);
  return value;
};

/** The edge has refused requests without it; the generated types cannot say so. */
export const required = <M>(message: M | undefined, field: string): M => {
  if (message === undefined) throw wrongField(field, 'is required');
  return message;
};
