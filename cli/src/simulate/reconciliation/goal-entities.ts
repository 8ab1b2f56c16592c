import { scenarioInvalid, type Fields } from './fields.js';

export type ActionResult = 'ok' | 'fail' | 'stop';

const RESULTS: readonly ActionResult[] = ['ok', 'fail', 'stop'];

/** What an action does when it goes well. */
interface OnOk {
  readonly state: string | undefined;
  readonly enqueue: { readonly id: string; readonly inMs: number } | undefined;
}

export interface ScriptedAction {
  readonly name: string;
  readonly durationMs: number;
  readonly results: readonly ActionResult[];
  readonly onOk: OnOk;
}

export interface ScriptedEntity {
  state: string;
  goal: string;
  /** How often reading the state still fails. */
  readErrors: number;
  readonly results: ReadonlyMap<string, readonly ActionResult[]>;
  /** Executions so far, by action. */
  readonly executed: Map<string, number>;
}

/** The world that a scenario's engine looks at: entities, and what each pair of state and goal asks for. */
export interface Script {
  readonly entities: ReadonlyMap<string, ScriptedEntity>;
  readonly plan: ReadonlyMap<string, readonly ScriptedAction[]>;
  readonly planTimeoutMs: ReadonlyMap<string, number>;
}

const readResults = (fields: Fields, name: string): readonly ActionResult[] =>
  fields.texts(name).map(text => {
    const result = RESULTS.find(each => each === text);
    if (result === undefined) throw scenarioInvalid(`${fields.path}.${name}`, `holds ${text}, not one of ${RESULTS.join(', ')}`);
    return result;
  });

const readOnOk = (fields: Fields | undefined, ids: ReadonlySet<string>): OnOk => {
  if (fields === undefined) return { state: undefined, enqueue: undefined };
  const state = fields.optional('state', name => fields.text(name));
  const given = fields.optional('enqueue', name => fields.object(name));
  fields.end();
  if (given === undefined) return { state, enqueue: undefined };
  const enqueue = { id: given.text('id'), inMs: given.integer('inMs') };
  given.end();
  if (!ids.has(enqueue.id)) throw scenarioInvalid(`${given.path}.id`, 'is no entity');
  return { state, enqueue };
};

const readAction = (name: string, fields: Fields, ids: ReadonlySet<string>): ScriptedAction => {
  const action = {
    name,
    durationMs: fields.optional('durationMs', each => fields.integer(each, 0)) ?? 0,
    results: fields.optional('results', each => readResults(fields, each)) ?? [],
    onOk: readOnOk(
      fields.optional('onOk', each => fields.object(each)),
      ids,
    ),
  };
  fields.end();
  return action;
};

const readEntity = (fields: Fields, actions: ReadonlyMap<string, ScriptedAction>): ScriptedEntity => {
  const overriding = fields.optional('results', name => fields.object(name));
  const results = (overriding?.names() ?? []).map(name => {
    if (overriding === undefined || !actions.has(name)) throw scenarioInvalid(`${fields.path}.results.${name}`, 'is no action');
    return [name, readResults(overriding, name)] as const;
  });
  const entity = {
    state: fields.text('state'),
    goal: fields.text('goal'),
    readErrors: fields.optional('readErrors', name => fields.integer(name, 0)) ?? 0,
    results: new Map(results),
    executed: new Map<string, number>(),
  };
  fields.end();
  return entity;
};

export const readScript = (fields: Fields): Script => {
  const entries = fields.entriesOf('entities');
  const ids = new Set(entries.map(([id]) => id));
  const actions = new Map(fields.entriesOf('actions').map(([name, entry]) => [name, readAction(name, entry, ids)]));
  const lists = fields.optional('plan', name => fields.object(name));
  const plan = (lists?.names() ?? []).map(pair => {
    const names = lists?.texts(pair) ?? [];
    return [pair, names.map(name => requireAction(actions, name, `${fields.path}.plan.${pair}`))] as const;
  });
  const timeouts = fields.optional('planTimeoutMs', name => fields.object(name));
  return {
    entities: new Map(entries.map(([id, entry]) => [id, readEntity(entry, actions)])),
    plan: new Map(plan),
    planTimeoutMs: new Map((timeouts?.names() ?? []).map(pair => [pair, timeouts?.integer(pair, 0) ?? 0])),
  };
};

const requireAction = (actions: ReadonlyMap<string, ScriptedAction>, name: string, path: string): ScriptedAction => {
  const action = actions.get(name);
  if (action === undefined) throw scenarioInvalid(path, `names ${name}, which is no action`);
  return action;
};

/** The result of the next execution of an action for an entity: the last of the script repeats. */
export const nextResult = (entity: ScriptedEntity, action: ScriptedAction): ActionResult => {
  const results = entity.results.get(action.name) ?? action.results;
  const number = entity.executed.get(action.name) ?? 0;
  entity.executed.set(action.name, number + 1);
  return results[Math.min(number, results.length - 1)] ?? 'ok';
};
