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
 * A message in memory that MPJ's device sends and receives as it is:
 *
 * <pre>
 *   0 .. overhead - 1     the device's own header, of another length for sending and receiving
 *   overhead .. + 7       one section: its type and number of elements
 *   overhead + 8 ..       our bytes, padded to a multiple of 8
 * </pre>
 *
 * <p>mpi.Comm would copy arrays into buffers from a pool; here the bytes are copied once.
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

  /** Whether a message of so many bytes has room. */
  boolean holds(long count) {
    return Math.max(MPI.SEND_OVERHEAD, MPI.RECV_OVERHEAD) + SECTION + count + UNIT
        <= memory.capacity();
  }

  /** The data, ready to be sent. */
  Buffer sending(MemorySegment data) throws BufferException {
    int count = (int) data.byteSize();
    MemorySegment.copy(data, 0, bytes, (long) MPI.SEND_OVERHEAD + SECTION, count);
    Buffer buffer = buffer(MPI.SEND_OVERHEAD);
    buffer.putSectionHeader(Type.BYTE);
    buffer.commit();
    // What commit would have counted had the elements gone through write().
    memory.putInt(MPI.SEND_OVERHEAD + Integer.BYTES, count);
    buffer.setSize(Math.ceilDiv(SECTION + count, UNIT) * UNIT);
    return buffer;
  }

  /** Room for a message. */
  Buffer receiving() {
    return buffer(MPI.RECV_OVERHEAD);
  }

  /** Copies what has been received. */
  void copyTo(MemorySegment target) {
    MemorySegment.copy(bytes, (long) MPI.RECV_OVERHEAD + SECTION, target, 0, target.byteSize());
  }

  private Buffer buffer(int overhead) {
    memory.clear();
    return new Buffer(new NIOBuffer(memory.capacity(), memory), overhead, memory.capacity());
  }
}
