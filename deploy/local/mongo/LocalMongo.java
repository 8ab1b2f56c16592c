import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.backend.memory.index.MemoryUniqueIndex;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;

/**
 * A MongoDB-compatible server in memory, for machines that cannot get the real one (design §9).
 * Run as {@code java -cp <libraries> LocalMongo.java <port>}; it listens on the loopback interface only and
 * keeps nothing: after a restart the services fold their projections from the event log again.
 */
public final class LocalMongo {
  /** The Node driver refuses servers below wire version 9; the library itself claims 8. */
  private static final class Version implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  }

  /**
   * Answers {@code {_id: x, sequence: {$lte: 5}}} from the index on {@code _id}. The library's own index answers
   * only queries on exactly its keys, so that every guarded write would scan the collection. The collection still
   * checks what the index returns against the whole query.
   */
  private static final class GuardedUniqueIndex extends MemoryUniqueIndex {
    GuardedUniqueIndex(String name, List<IndexKey> keys, boolean sparse) {
      super(name, keys, sparse);
    }

    @Override
    public synchronized boolean canHandle(Document query) {
      return super.canHandle(onlyOwnKeys(query));
    }

    @Override
    public synchronized Iterable<Integer> getPositions(Document query) {
      return super.getPositions(onlyOwnKeys(query));
    }

    private Document onlyOwnKeys(Document query) {
      Document own = new Document();
      for (String key : keys()) {
        if (query.containsKey(key)) {
          own.put(key, query.get(key));
        }
      }
      return own;
    }
  }

  private static final class Database extends MemoryDatabase {
    Database(String name, CursorRegistry cursors) {
      super(name, cursors);
    }

    @Override
    protected Index<Integer> openOrCreateUniqueIndex(
        String collection, String index, List<IndexKey> keys, boolean sparse) {
      return new GuardedUniqueIndex(index, keys, sparse);
    }
  }

  private static final class Backend extends MemoryBackend {
    @Override
    public MemoryDatabase openOrCreateDatabase(String name) {
      return new Database(name, getCursorRegistry());
    }
  }

  public static void main(String[] arguments) {
    int port = Integer.parseInt(arguments[0]);
    MongoServer server = new MongoServer(new Backend().version(new Version()));
    server.bind("127.0.0.1", port);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("listening on 127.0.0.1:" + port);
  }
}
