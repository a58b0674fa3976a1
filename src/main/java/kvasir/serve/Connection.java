package kvasir.serve;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** A connection of the HTTP library whose bytes are read ahead. */
final class Connection implements ConnectionContext {
  private static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

  private final ConnectionContext context;
  private final ReadAhead bytes;
  private final DataReader reader;

  /**
   * Creates a connection of which nothing has been read.
   *
   * @param context the library's own view of the connection
   */
  Connection(ConnectionContext context, Duration idleTime, Duration requestTime) {
    this.context = context;
    this.bytes = new ReadAhead(context.serverSocket(), idleTime, requestTime);
    this.reader = DataReader.create(bytes);
  }

  ReadAhead bytes() {
    return bytes;
  }

  /** Closes the socket, which ends all reads and writes. */
  void cut() {
    bytes.close();
    try {
      context.serverSocket().close();
    } catch (UncheckedIOException e) {
      // It was closed before.
    }
  }

  /** Returns the connection that the calling thread handles. */
  static Connection current() {
    return CURRENT.get();
  }

  /**
   * Returns the protocol's handler of this connection.
   *
   * @param protocol makes the handler
   */
  ServerConnection handler(Function<ConnectionContext, ServerConnection> protocol) {
    ServerConnection inner = protocol.apply(this);
    return new ServerConnection() {
      @Override
      public void handle(Limit limit) throws InterruptedException {
        Thread.ofVirtual().name("read-ahead").start(bytes::readAll);
        try {
          ScopedValue.where(CURRENT, Connection.this)
              .call(
                  () -> {
                    inner.handle(limit);
                    return null;
                  });
        } finally {
          bytes.close();
        }
      }

      @Override
      public Duration idleTime() {
        return inner.idleTime();
      }

      @Override
      public void close(boolean interrupt) {
        inner.close(interrupt);
      }
    };
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return context.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return context.dataWriter();
  }

  @Override
  public Router router() {
    return context.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return context.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return context.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return context.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return context.localPeer();
  }

  @Override
  public boolean isSecure() {
    return context.isSecure();
  }

  @Override
  public String socketId() {
    return context.socketId();
  }

  @Override
  public String childSocketId() {
    return context.childSocketId();
  }
}
