package kvasir.cluster.mpj;

import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import kvasir.error.ClusterFailure;

/**
 * Change to MPJ's niodev that makes it listen on one address. MPJ binds its data ports to all
 * interfaces and has no setting for that, so its device is loaded with one call changed: {@code new
 * InetSocketAddress(port)} becomes {@code new InetSocketAddress(address, port)}.
 */
final class NiodevAddress {
  private static final String DEVICE = "NIODevice.class";

  /**
   * A class of the device's package. A lookup with private access to it may define the device's
   * class.
   */
  private static final String NEIGHBOUR = "xdev.niodev.NIORequest";

  private static final ClassDesc SOCKET_ADDRESS = ClassDesc.of(InetSocketAddress.class.getName());
  private static final MethodTypeDesc ANYWHERE = MethodTypeDesc.of(CD_void, CD_int);
  private static final MethodTypeDesc SOMEWHERE = MethodTypeDesc.of(CD_void, CD_String, CD_int);

  private NiodevAddress() {}

  /** Loads the device so that it listens on an address. Must be called once, before MPI starts. */
  static void set(InetAddress address) {
    try {
      Class<?> neighbour = Class.forName(NEIGHBOUR, false, NiodevAddress.class.getClassLoader());
      try (InputStream in = neighbour.getResourceAsStream(DEVICE)) {
        byte[] device = patched(in.readAllBytes(), address.getHostAddress());
        MethodHandles.privateLookupIn(neighbour, MethodHandles.lookup()).defineClass(device);
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new ClusterFailure(-1, -1, "MPJ's device cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static byte[] patched(byte[] device, String address) {
    ClassFile file = ClassFile.of();
    return file.transformClass(
        file.parse(device),
        ClassTransform.transformingMethodBodies((code, element) -> patch(code, element, address)));
  }

  private static void patch(CodeBuilder code, CodeElement element, String address) {
    if (element instanceof InvokeInstruction call
        && call.owner().asSymbol().equals(SOCKET_ADDRESS)
        && call.typeSymbol().equals(ANYWHERE)) {
      int port = code.allocateLocal(TypeKind.INT);
      code.istore(port).ldc(address).iload(port).invokespecial(SOCKET_ADDRESS, "<init>", SOMEWHERE);
    } else {
      code.with(element);
    }
  }
}
