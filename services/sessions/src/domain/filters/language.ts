import { Refusal } from '@drawdown/errors';
import { Environment, serialize, type ASTNode } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { NamedTexts, TEXT_COLUMNS, VALUES_COLUMNS, type Columns } from './columns.js';
import { inCidr } from './in-cidr.js';

/** A condition on a hit; throws where it cannot be told, for instance when `int()` is given a word. */
export type Condition = (columns: Columns) => boolean;

/** What an expression may be made of, so that its cost follows from its length: every part is looked at once. */
const LIMITS = { maxAstNodes: 512, maxDepth: 32, maxListElements: 256, maxMapEntries: 0, maxCallArguments: 2 };

/** Longest text that a pattern is held against: about 20 ms at worst. */
const MATCHED_CHARS_MAX = 16_384;
const PATTERN_CHARS_MAX = 512;

/** Every operator but indexing and selecting: columns are flat. */
const OPERATORS: ReadonlySet<string> = new Set<ASTNode['op']>([
  'value',
  'id',
  'list',
  'in',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&&',
  '||',
  '!_',
  '-_',
  '?:',
]);
const FUNCTIONS: ReadonlySet<string> = new Set(['inCidr', 'int', 'double', 'string', 'size']);
const METHODS: ReadonlySet<string> = new Set(['contains', 'startsWith', 'endsWith', 'matches', 'get', 'size', 'lowerAscii', 'upperAscii']);

/** The name under which `matches` is bound to a matcher of linear time: the library's own would hang on `(a+)+$`. */
const LINEAR_MATCHES = 'matchesInLinearTime';

/** Patterns by their text; only literals are taken, so that a bad one is found when it is configured. */
type Patterns = Map<string, RE2JS>;

/**
 * Compiles an expression in the Common Expression Language over the columns of a hit (sessions §13.2), with `inCidr(ip, network)`.
 * @throws Refusal `FILTER_INVALID`: it does not parse, does not type-check, is no condition, or uses what would let its cost grow
 * beyond its length (macros, patterns that are not literals).
 */
export const compileCondition = (expression: string): Condition => {
  const patterns: Patterns = new Map();
  const environment = environmentOf(patterns);
  const { ast } = refusing(() => environment.parse(expression));
  restrict(ast, patterns);
  const compiled = refusing(() => environment.parse(serialize(ast)));
  const { valid, type, error } = compiled.check();
  if (!valid) throw invalid(error?.message ?? 'its types do not fit', error);
  if (type !== 'bool') throw invalid(`it is no condition but of type ${type ?? 'unknown'}`);
  return columns => compiled(columns) === true;
};

const environmentOf = (patterns: Patterns): Environment => {
  const environment = new Environment({ limits: LIMITS }).registerType('Texts', { ctor: NamedTexts, fields: {} });
  for (const column of TEXT_COLUMNS) environment.registerVariable(column, 'string');
  for (const column of VALUES_COLUMNS) environment.registerVariable(column, 'Texts');
  return environment
    .registerFunction('Texts.get(string): string', (texts: NamedTexts, name: string) => texts.get(name))
    .registerFunction('inCidr(string, string): bool', inCidr)
    .registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, pattern: string) => isMatch(text, patterns.get(pattern)));
};

const isMatch = (text: string, pattern: RE2JS | undefined): boolean => {
  if (pattern === undefined) throw new RangeError('the pattern was not compiled');
  if (text.length > MATCHED_CHARS_MAX) throw new RangeError(`a text of ${String(text.length)} characters is too long to match`);
  return pattern.test(text);
};

/** Lets through what the language has, and binds every `matches` to its compiled pattern. */
const restrict = (node: ASTNode, patterns: Patterns): void => {
  if (node.op === 'call') {
    const [name, operands] = node.args;
    if (!FUNCTIONS.has(name)) throw invalid(`there is no function ${name}`);
    for (const operand of operands) restrict(operand, patterns);
  } else if (node.op === 'rcall') {
    const [name, receiver, operands] = node.args;
    if (!METHODS.has(name)) throw invalid(`there is no method ${name}`);
    if (name === 'matches') {
      compilePattern(operands[0], patterns);
      node.args[0] = LINEAR_MATCHES;
    }
    for (const operand of [receiver, ...operands]) restrict(operand, patterns);
  } else {
    if (!OPERATORS.has(node.op)) throw invalid(`there is no operator ${node.op}`);
    for (const operand of operandsOf(node)) restrict(operand, patterns);
  }
};

const operandsOf = ({ args }: ASTNode): readonly ASTNode[] => {
  const operands: readonly unknown[] = Array.isArray(args) ? args : [];
  return operands.filter(isNode);
};

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;

const compilePattern = (operand: ASTNode | undefined, patterns: Patterns): void => {
  const pattern = operand?.op === 'value' ? operand.args : undefined;
  if (typeof pattern !== 'string') throw invalid('a pattern has to be a literal');
  if (pattern.length > PATTERN_CHARS_MAX) throw invalid(`a pattern has more than ${String(PATTERN_CHARS_MAX)} characters`);
  patterns.set(
    pattern,
    refusing(() => RE2JS.compile(pattern)),
  );
};

const refusing = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
};

const DETAIL_CHARS_MAX = 300;

const invalid = (detail: string, cause?: unknown): Refusal =>
  new Refusal('FILTER_INVALID', `the expression cannot be used: ${detail.slice(0, DETAIL_CHARS_MAX)}`, {}, [], { cause });
