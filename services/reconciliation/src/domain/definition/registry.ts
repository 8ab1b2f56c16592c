import { Refusal } from '@drawdown/errors';
import { checkKind } from './names.js';

/** The definitions of one process, one for each kind (reconciliation §5.1). */
export class KindRegistry<Definition extends { readonly kind: string }> {
  readonly #definitions = new Map<string, Definition>();

  get size(): number {
    return this.#definitions.size;
  }

  /** @throws Refusal `KIND_…` for its name, before anything else; `KIND_ALREADY_REGISTERED`: the first one stays. */
  register(definition: Definition): void {
    const kind = checkKind(definition.kind);
    if (this.#definitions.has(kind)) throw new Refusal('KIND_ALREADY_REGISTERED', `the kind ${kind} is registered already`, { kind });
    this.#definitions.set(kind, definition);
  }

  find(kind: string): Definition | undefined {
    return this.#definitions.get(kind);
  }

  /** @throws Refusal `CONTROLLER_NOT_REGISTERED`. */
  require(kind: string): Definition {
    const definition = this.find(kind);
    if (definition === undefined) throw new Refusal('CONTROLLER_NOT_REGISTERED', `the kind ${kind} is not registered here`, { kind });
    return definition;
  }

  all(): readonly Definition[] {
    return [...this.#definitions.values()];
  }
}
