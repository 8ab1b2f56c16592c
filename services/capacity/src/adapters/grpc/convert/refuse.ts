import { Refusal } from '@drawdown/errors';

/** A field that the shape rules of the contract cannot describe. */
export const wrongField = (field: string, description: string): Refusal =>
  new Refusal('VALIDATION', `${field} ${description}`, { field }, [{ field, description }]);

/** The edge has refused requests without it; the generated types cannot say so. */
export const required = <M>(message: M | undefined, field: string): M => {
  if (message === undefined) throw wrongField(field, 'is required');
  return message;
};
