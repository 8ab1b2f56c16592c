import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import type { DecidedAt, RecordedAt } from '../pool/at-instant.js';
import { hasBytes, isNumber, requireFields, type FieldRule } from '../validation/violations.js';

/** What there is on a node for machines of a size of their own (capacity §8). */
export interface NodeCapacity {
  /** Cores. */
  readonly cru: number;
  /** GiB of memory. */
  readonly mru: number;
  /** GB of SSD. */
  readonly sru: number;
  /** GB of HDD. */
  readonly hru: number;
}

/** What is known of a node; replaced as a whole. */
export interface NodeContent {
  readonly farmId: number;
  /** Whether it can be had for the free currency (capacity §6.4). */
  readonly isFreeToUse: boolean;
  /** Absent: not known, and nothing is measured against it. */
  readonly capacity?: NodeCapacity | undefined;
}

/** The aggregate: where workloads run. Every event carries it whole. */
export interface Node extends NodeContent {
  /** The tenant that owns it; never changes. */
  readonly namespace: string;
  readonly nodeId: string;
  /** Unregistered: nothing new is bought on it, and it stands in nobody's way (capacity §15.7). */
  readonly isGone: boolean;
  /** Latest instant of any event. */
  readonly lastAt: Seconds;
}

export interface RegisterNode extends DecidedAt, NodeContent {
  readonly type: 'register';
  readonly namespace: string;
  readonly nodeId: string;
}

/** Replaces everything but the id; another farm means that the node has moved. */
export interface UpdateNode extends DecidedAt, NodeContent {
  readonly type: 'update';
}

export interface UnregisterNode extends DecidedAt {
  readonly type: 'unregister';
}

export type NodeCommand = RegisterNode | UpdateNode | UnregisterNode;

export interface NodeEvent extends RecordedAt {
  readonly type: 'node-registered' | 'node-updated' | 'node-unregistered';
  readonly node: Node;
}

/** A node that nobody has registered. */
export const NO_NODE = undefined;

const NODE_ID_BYTES_MAX = 128;

/**
 * What a command comes to for a node. What is so already changes nothing; a node that is gone may be registered again.
 * @throws Refusal `NODE_EXISTS`, `UNKNOWN_NODE`, `VALIDATION`
 */
export const decideNode = (command: NodeCommand, node: Node | undefined): readonly NodeEvent[] => {
  if (command.type === 'register') return register(command, node);
  if (node === undefined) throw unknown();
  const at = Math.max(command.at, node.lastAt);
  if (command.type === 'unregister') {
    return node.isGone ? [] : [{ type: 'node-unregistered', node: { ...node, isGone: true, lastAt: at }, at }];
  }
  if (node.isGone) throw unknown();
  const content = contentOf(command);
  return isSame(content, node) ? [] : [{ type: 'node-updated', node: { ...node, ...content, lastAt: at }, at }];
};

const unknown = (): Refusal => new Refusal('UNKNOWN_NODE', 'there is no such node');

const register = (command: RegisterNode, node: Node | undefined): readonly NodeEvent[] => {
  const { namespace, nodeId } = command;
  requireFields([['node_id', hasBytes(nodeId, NODE_ID_BYTES_MAX), `must have 1–${NODE_ID_BYTES_MAX} bytes`]]);
  const content = contentOf(command);
  const at = Math.max(command.at, node?.lastAt ?? command.at);
  if (node === undefined || (node.isGone && node.namespace === namespace)) {
    return [{ type: 'node-registered', node: { namespace, nodeId, ...content, isGone: false, lastAt: at }, at }];
  }
  if (node.namespace === namespace && isSame(content, node)) return [];
  throw new Refusal('NODE_EXISTS', `there is a node ${nodeId} already`, { nodeId });
};

const isSize = (value: number): boolean => Number.isFinite(value) && value >= 0;

const capacityRules = (capacity: NodeCapacity): readonly FieldRule[] => [
  ['capacity.cru', Number.isSafeInteger(capacity.cru) && isSize(capacity.cru), 'must be a whole number, 0 or more'],
  ['capacity.mru', isSize(capacity.mru), 'must be 0 or more'],
  ['capacity.sru', isSize(capacity.sru), 'must be 0 or more'],
  ['capacity.hru', isSize(capacity.hru), 'must be 0 or more'],
];

const contentOf = ({ farmId, isFreeToUse, capacity }: NodeContent): NodeContent => {
  requireFields([
    ['farm_id', isNumber(farmId), 'must be a whole number, 1 or more'],
    ...(capacity === undefined ? [] : capacityRules(capacity)),
  ]);
  return { farmId, isFreeToUse, capacity };
};

const isSame = (content: NodeContent, node: Node): boolean =>
  content.farmId === node.farmId && content.isFreeToUse === node.isFreeToUse && isSameCapacity(content.capacity, node.capacity);

const isSameCapacity = (one: NodeCapacity | undefined, other: NodeCapacity | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : one.cru === other.cru && one.mru === other.mru && one.sru === other.sru && one.hru === other.hru;

/** An event holds the node as it is after it. */
export const evolveNode = (_node: Node | undefined, { node }: NodeEvent): Node => node;
