import { MongoClient, type Collection, type Db } from 'mongodb';

interface ClosedSession {
  readonly namespace: string;
  readonly propertyId: string;
  readonly header: { readonly hits: number };
}

/** The sessions of a property in the read model, looked at in the database itself: reading them over gRPC would be measured, too. */
export class ClosedSessions {
  private constructor(
    private readonly client: MongoClient,
    private readonly db: Db,
  ) {}

  static async open(url: string, database: string): Promise<ClosedSessions> {
    const client = await MongoClient.connect(url);
    return new ClosedSessions(client, client.db(database));
  }

  async sessions(namespace: string, propertyId: string): Promise<number> {
    return (await this.#collection())?.countDocuments({ namespace, propertyId }) ?? 0;
  }

  async count(namespace: string, propertyId: string): Promise<{ readonly sessions: number; readonly hits: number }> {
    const collection = await this.#collection();
    if (collection === undefined) return { sessions: 0, hits: 0 };
    let sessions = 0;
    let hits = 0;
    for await (const { header } of collection.find({ namespace, propertyId }, { projection: { 'header.hits': 1 } })) {
      sessions += 1;
      hits += header.hits;
    }
    return { sessions, hits };
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Its name carries the generation of the read model, of which a new database has one. */
  async #collection(): Promise<Collection<ClosedSession> | undefined> {
    const found = await this.db.listCollections({}, { nameOnly: true }).toArray();
    const name = found.map(each => each.name).find(each => /^sessions_(?!watermarks_)/.test(each));
    return name === undefined ? undefined : this.db.collection<ClosedSession>(name);
  }
}
