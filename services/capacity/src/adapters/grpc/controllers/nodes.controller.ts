import { isRefusal, Refusal } from '@drawdown/errors';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  DirectoryServiceService,
  type GetNodeRequest,
  type GetNodeResponse,
  type ListNodesRequest,
  type ListNodesResponse,
  type RegisterNodeRequest,
  type RegisterNodeResponse,
  type UnregisterNodeRequest,
  type UnregisterNodeResponse,
  type UpdateNodeRequest,
  type UpdateNodeResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import type { NodeContent } from '../../../domain/index.js';
import { requireRight } from '../authorization/rights.js';
import type { CommandRequest } from '../command-request.js';
import { fromApiNode, toApiNode } from '../convert/directory.js';
import { toApiFreshness } from '../convert/freshness.js';
import { required } from '../convert/refuse.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { decodePageToken, isText, pageOf, tokenAfter } from '../paging.js';
import { GetNodeBody, ListNodesBody, UnregisterNodeBody, WriteNodeBody } from '../requests/directory.js';

/** Where workloads run. */
@Controller()
export class NodesController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(DirectoryServiceService.registerNode, { request: WriteNodeBody })
  async registerNode(request: RegisterNodeRequest, context: CallContext): Promise<RegisterNodeResponse> {
    const node = required(request.node, 'node');
    const { namespace } = context.caller;
    return this.#write(request, node.nodeId, { type: 'register', namespace, nodeId: node.nodeId, ...fromApiNode(node) }, context);
  }

  @Rpc(DirectoryServiceService.updateNode, { request: WriteNodeBody })
  async updateNode(request: UpdateNodeRequest, context: CallContext): Promise<UpdateNodeResponse> {
    const node = required(request.node, 'node');
    return this.#write(request, node.nodeId, { type: 'update', ...fromApiNode(node) }, context);
  }

  @Rpc(DirectoryServiceService.unregisterNode, { request: UnregisterNodeBody })
  async unregisterNode(request: UnregisterNodeRequest, context: CallContext): Promise<UnregisterNodeResponse> {
    requireRight(context.caller, 'manage');
    const { position } = await orNotFound(this.calls.execute('node', request.nodeId, request, { type: 'unregister' }, context));
    return { position };
  }

  @Rpc(DirectoryServiceService.getNode, { request: GetNodeBody })
  async getNode(request: GetNodeRequest, context: CallContext): Promise<GetNodeResponse> {
    requireRight(context.caller, 'read');
    const told = await orNotFound(this.calls.ask('node/get', request.nodeId, {}, request.minPosition, context));
    if (told.answer.isGone) throw new Refusal('NODE_NOT_FOUND', 'there is no such node');
    return { node: toApiNode(told.answer), freshness: toApiFreshness(told) };
  }

  @Rpc(DirectoryServiceService.listNodes, { request: ListNodesBody })
  async listNodes(request: ListNodesRequest, context: CallContext): Promise<ListNodesResponse> {
    requireRight(context.caller, 'read');
    const after = decodePageToken(request.pageToken, isText);
    const farmId = request.farmId === 0 ? undefined : request.farmId;
    const rested = await this.ports.queries.reached(request.minPosition, context);
    const { items, next } = await this.ports.queries.nodes(context.caller.namespace, farmId, pageOf(request, after));
    return { nodes: items.map(toApiNode), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  /** A node belongs to a farm that is known. */
  async #write(
    request: CommandRequest,
    nodeId: string,
    command: NodeContent &
      ({ readonly type: 'register'; readonly namespace: string; readonly nodeId: string } | { readonly type: 'update' }),
    context: CallContext,
  ): Promise<RegisterNodeResponse> {
    requireRight(context.caller, 'manage');
    await this.calls.look('farm/get', command.farmId, {}, context);
    const { position } = await orNotFound(this.calls.execute('node', nodeId, request, command, context));
    return { node: toApiNode(await this.calls.look('node/get', nodeId, {}, context, position)), position };
  }
}

/** Where a purchase names an unknown node, that is a wrong purchase; where a node is asked for, it is not there. */
const orNotFound = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!isRefusal(error) || error.reason !== 'UNKNOWN_NODE') throw error;
    throw new Refusal('NODE_NOT_FOUND', error.message, error.metadata, [], { cause: error });
  }
};
