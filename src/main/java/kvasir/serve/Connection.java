package kvasir.serve;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.PlainSocket;
import io.helidon.common.socket.SocketWriter;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** A connection for the HTTP library, whose bytes are read ahead. Owns its socket. */
final class Connection implements ConnectionContext {
  private static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

  private final Protocol protocol;
  private final Socket socket;
  private final HelidonSocket plain;
  private final SocketWriter writer;
  private final ReadAhead bytes;
  private final DataReader reader;
  private Optional<byte[]> first = Optional.empty();

  /**
   * Creates a connection of which nothing has been read.
   *
   * @param idleTime longest time between two requests
   * @param requestTime longest time from the first byte of a request to its last
   * @throws UncheckedIOException if the socket is closed
   */
  Connection(Protocol protocol, Socket socket, Duration idleTime, Duration requestTime) {
    this.protocol = protocol;
    this.socket = socket;
    this.plain = PlainSocket.server(socket, "client", "server");
    this.writer = SocketWriter.create(plain);
    this.bytes = new ReadAhead(plain, idleTime, requestTime);
    this.reader = DataReader.create(this::next);
  }

  ReadAhead bytes() {
    return bytes;
  }

  /** Closes the socket, which ends all reads and writes. The client gets no answer. */
  void cut() {
    try {
      socket.close();
    } catch (IOException e) {
      // It was closed before.
    }
    // Half a request that ends is answered, so the socket goes first.
    bytes.close();
  }

  /** Returns the connection that the calling thread handles. */
  static Connection current() {
    return CURRENT.get();
  }

  /** Answers all requests of the connection, in the calling thread, and closes it. */
  void handle() {
    Thread.ofVirtual().name("read-ahead").start(bytes::readAll);
    try {
      ScopedValue.where(CURRENT, this).call(this::handleCurrent);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The connection has ended, or is to end.
    } finally {
      close();
    }
  }

  private Void handleCurrent() throws InterruptedException {
    first = Optional.ofNullable(bytes.get());
    if (first.filter(Http2Downgrade::isAskedBy).isPresent()) {
      downgrade();
    } else {
      protocol.handle(this);
    }
    return null;
  }

  private void downgrade() {
    try {
      Http2Downgrade.answer(next(), bytes, socket.getOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the next bytes for the HTTP library; null at the end. */
  private byte[] next() {
    Optional<byte[]> kept = first;
    first = Optional.empty();
    return kept.orElseGet(bytes);
  }

  private void close() {
    bytes.close();
    try {
      writer.close();
      plain.close();
    } catch (UncheckedIOException e) {
      cut();
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public ListenerContext listenerContext() {
    return protocol;
  }

  @Override
  public ExecutorService executor() {
    return protocol.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public Router router() {
    return protocol.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return Optional.empty();
  }

  @Override
  public HelidonSocket serverSocket() {
    return plain;
  }

  @Override
  public PeerInfo remotePeer() {
    return plain.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return plain.localPeer();
  }

  @Override
  public boolean isSecure() {
    return plain.isSecure();
  }

  @Override
  public String socketId() {
    return plain.socketId();
  }

  @Override
  public String childSocketId() {
    return plain.childSocketId();
  }
}
