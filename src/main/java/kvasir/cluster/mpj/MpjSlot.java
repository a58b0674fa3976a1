package kvasir.cluster.mpj;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import mpi.MPI;
import mpjbuf.Buffer;
import mpjbuf.BufferException;
import mpjbuf.NIOBuffer;
import mpjbuf.Type;

/**
 * Direct memory of one message, in the layout that MPJ's device sends and receives without a copy:
 *
 * <pre>
 *   0 .. overhead - 1     the device's own header; its length differs for sending and receiving
 *   overhead .. + 7       one section: its type and number of elements
 *   overhead + 8 ..       the message's bytes, padded to a multiple of 8
 * </pre>
 *
 * <p>{@code mpi.Comm} would copy arrays through buffers of a pool; here the bytes are copied once.
 * Not thread-safe.
 */
final class MpjSlot {
  private static final int SECTION = Buffer.SECTION_OVERHEAD;
  private static final int UNIT = Buffer.ALIGNMENT_UNIT;

  private final ByteBuffer memory;
  private final MemorySegment bytes;

  MpjSlot(long capacity) {
    int overhead = Math.max(MPI.SEND_OVERHEAD, MPI.RECV_OVERHEAD);
    int size = Math.toIntExact(overhead + SECTION + capacity + UNIT);
    this.memory = ByteBuffer.allocateDirect(size).order(ByteOrder.BIG_ENDIAN);
    this.bytes = MemorySegment.ofBuffer(memory);
  }

  /** Returns whether a message of {@code count} bytes fits. */
  boolean holds(long count) {
    return Math.max(MPI.SEND_OVERHEAD, MPI.RECV_OVERHEAD) + SECTION + count + UNIT
        <= memory.capacity();
  }

  /** Copies the data into this slot and returns it as a buffer to send. */
  Buffer sending(MemorySegment data) throws BufferException {
    int count = (int) data.byteSize();
    MemorySegment.copy(data, 0, bytes, (long) MPI.SEND_OVERHEAD + SECTION, count);
    Buffer buffer = buffer(MPI.SEND_OVERHEAD);
    buffer.putSectionHeader(Type.BYTE);
    buffer.commit();
    // The count that commit() would have written had the elements gone through write().
    memory.putInt(MPI.SEND_OVERHEAD + Integer.BYTES, count);
    buffer.setSize(Math.ceilDiv(SECTION + count, UNIT) * UNIT);
    return buffer;
  }

  /** Returns this slot as a buffer to receive into. */
  Buffer receiving() {
    return buffer(MPI.RECV_OVERHEAD);
  }

  /** Copies the received bytes to {@code target}. */
  void copyTo(MemorySegment target) {
    MemorySegment.copy(bytes, (long) MPI.RECV_OVERHEAD + SECTION, target, 0, target.byteSize());
  }

  private Buffer buffer(int overhead) {
    memory.clear();
    return new Buffer(new NIOBuffer(memory.capacity(), memory), overhead, memory.capacity());
  }
}
