import type { FieldViolation } from '@drawdown/errors';
import { getMetadataStorage, type ValidationArguments, type ValidatorConstraintInterface } from 'class-validator';

import { type NestedRule, nestedRulesOf } from './nested.js';

/** A class whose properties carry class-validator decorators; it is never constructed, only its rules are read. */
export type RequestClass = abstract new (...args: never[]) => object;
type Fields = Readonly<Record<string, unknown>>;
export type Validate = (message: Fields, path: string, violations: FieldViolation[]) => void;
type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** `featureKey` → `feature_key`: clients know the names of the contract. */
export const protoName = (property: string): string => property.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

const join = (path: string, property: string): string => (path === '' ? protoName(property) : `${path}.${protoName(property)}`);

/** class-validator's own constraints write `$property`, `$constraint1` … into their sentences. */
const sentence = (rule: Rule, constraint: ValidatorConstraintInterface, args: ValidationArguments): string => {
  const given: unknown = rule.message;
  const template = typeof given === 'string' ? given : (constraint.defaultMessage?.(args) ?? 'is not valid');
  return template
    .replaceAll('$property', protoName(args.property))
    .replace(/\$constraint(\d)/g, (_, index: string) => String(args.constraints[Number(index) - 1]));
};

const compileRule = (type: RequestClass, rule: Rule): Validate => {
  const [declared] = getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls);
  if (declared === undefined || declared.async)
    throw new TypeError(`${type.name}.${rule.propertyName}: rule ${rule.name ?? rule.type} cannot be used here`);
  const constraint = declared.instance;
  const property = rule.propertyName;
  const constraints: unknown[] = rule.constraints ?? [];
  const holds = (value: unknown, args: ValidationArguments): boolean =>
    rule.each
      ? Array.isArray(value) && value.every(item => constraint.validate(item, args) === true)
      : constraint.validate(value, args) === true;
  return (message, path, violations) => {
    const value = message[property];
    const args: ValidationArguments = { value, constraints, targetName: type.name, object: message, property };
    if (!holds(value, args)) violations.push({ field: join(path, property), description: sentence(rule, constraint, args) });
  };
};

const compileNested = ({ property, type, countMax }: NestedRule): Validate => {
  let validate: Validate | undefined;
  return (message, path, violations) => {
    validate ??= compileValidation(type());
    const value = message[property];
    const here = join(path, property);
    if (countMax === undefined) {
      if (typeof value === 'object' && value !== null) validate(value as Fields, here, violations);
      return;
    }
    if (!Array.isArray(value) || value.length > countMax) return;
    value.forEach((item: Fields, index) => validate?.(item, `${here}[${index}]`, violations));
  };
};

const compileProperty = (type: RequestClass, rules: readonly Rule[], nested: readonly NestedRule[]): Validate => {
  const conditions = rules
    .filter(rule => rule.type === 'conditionalValidation')
    .map(rule => rule.constraints[0] as (message: Fields, value: unknown) => boolean);
  const property = rules[0]?.propertyName ?? nested[0]?.property ?? '';
  const checks = [
    ...rules.filter(rule => rule.type === 'customValidation').map(rule => compileRule(type, rule)),
    ...nested.map(compileNested),
  ];
  return (message, path, violations) => {
    if (!conditions.every(applies => applies(message, message[property]))) return;
    for (const check of checks) check(message, path, violations);
  };
};

/**
 * Reads the class-validator rules of a class once and makes one function of them. The same decorators, messages and constraints as
 * `validate()`, but checked on the decoded message itself: nothing is copied into instances and no metadata is looked up per call, which
 * is what a batch of 1,000 questions can afford.
 */
export const compileValidation = (type: RequestClass): Validate => {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const nested = nestedRulesOf(type);
  const properties = new Set([...rules.map(rule => rule.propertyName), ...nested.map(rule => rule.property)]);
  const checks = [...properties].map(property =>
    compileProperty(
      type,
      rules.filter(rule => rule.propertyName === property),
      nested.filter(rule => rule.property === property),
    ),
  );
  return (message, path, violations) => {
    for (const check of checks) check(message, path, violations);
  };
};
