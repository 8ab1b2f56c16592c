import 'reflect-metadata';

import type { RequestClass } from './compile.js';

const NESTED_KEY = Symbol('drawdown:nested');

/** A property that holds a message, or a list of messages, with rules of its own. */
export interface NestedRule {
  readonly property: string;
  readonly type: () => RequestClass;
  /** Set for a list; a longer one is not looked into. */
  readonly countMax?: number;
}

export const nestedRulesOf = (type: RequestClass): readonly NestedRule[] =>
  (Reflect.getMetadata(NESTED_KEY, type) as readonly NestedRule[] | undefined) ?? [];

export const addNestedRule = (type: object, rule: NestedRule): void => {
  const rules = (Reflect.getOwnMetadata(NESTED_KEY, type) as readonly NestedRule[] | undefined) ?? [];
  Reflect.defineMetadata(NESTED_KEY, [...rules, rule], type);
};
