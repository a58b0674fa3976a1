package kvasir.lab.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kvasir.error.UserError;

/** The arms of an experiment: all combinations of the values that its definition lists. */
public final class ArmGrid {
  private final Definition definition;
  private final Site site;

  /**
   * The properties of the place where arms run.
   *
   * @param processors number of processors of all hosts together
   * @param hosts number of hosts that ranks are spread over; 1 if no hostfile is given
   * @param nativeMpi true if there is an mpirun
   * @param namespaces true if network namespaces can be made
   */
  public record Site(int processors, int hosts, boolean nativeMpi, boolean namespaces) {}

  private record Layout(int ranks, int threads) {}

  private ArmGrid(Definition definition, Site site) {
    this.definition = definition;
    this.site = site;
  }

  /**
   * Returns the arms in the order of the definition, including those that cannot run here; throws a
   * {@link UserError} if none can.
   */
  public static List<Arm> of(Definition definition, Site site) {
    ArmGrid grid = new ArmGrid(definition, site);
    if (grid.layouts().stream().noneMatch(layout -> grid.unfit(layout).isEmpty())) {
      throw new UserError(
          definition.name(),
          "no arm is left: %d hosts, %d processors; %s"
              .formatted(site.hosts(), site.processors(), grid.unfit(grid.layouts().getFirst())),
          "give other ranks or threads");
    }
    return grid.arms();
  }

  private List<Arm> arms() {
    List<Arm> arms = new ArrayList<>();
    for (Layout layout : layouts()) {
      for (String attention : definition.attention()) {
        for (int blockSize : definition.blockSizes()) {
          if (layout.ranks() == 1) {
            arms.add(arm(layout, attention, blockSize, "none", "auto", "", ""));
          } else {
            addDistributed(arms, layout, attention, blockSize);
          }
        }
      }
    }
    return arms;
  }

  private void addDistributed(List<Arm> arms, Layout layout, String attention, int blockSize) {
    for (String transport : definition.transports()) {
      for (String merge : definition.merge()) {
        for (String latency : definition.addedLatencies()) {
          for (String rate : definition.rates()) {
            // Latency and bandwidth are varied one at a time, which gives a curve over each.
            if (!latency.isEmpty() && !rate.isEmpty()) {
              continue;
            }
            arms.add(arm(layout, attention, blockSize, transport, merge, latency, rate));
          }
        }
      }
    }
  }

  private List<Layout> layouts() {
    if (sharesCores()) {
      return sharedOut();
    }
    Set<Layout> layouts = new LinkedHashSet<>();
    for (int ranks : ranks()) {
      if (scaling() && definition.threads().isEmpty()) {
        layouts.add(new Layout(1, ranks));
        layouts.add(new Layout(ranks, 1));
      } else if (definition.threads().isEmpty()) {
        layouts.add(new Layout(ranks, Math.max(1, site.processors() / ranks)));
      }
      definition.threads().forEach(threads -> layouts.add(new Layout(ranks, threads)));
    }
    return List.copyOf(layouts);
  }

  /** Returns the layouts in which ranks times threads is the number of cores. */
  private List<Layout> sharedOut() {
    if (!definition.threads().isEmpty()) {
      throw new UserError(
          definition.name(),
          "threads are given, but ranks share out the cores here",
          "leave threads out; cores = N says how many cores there are");
    }
    return (definition.ranks().isEmpty()
            ? Stream.iterate(1, p -> p <= cores(), p -> p + 1).filter(p -> cores() % p == 0)
            : definition.ranks().stream())
        .map(p -> new Layout(p, Math.max(1, cores() / p)))
        .toList();
  }

  /** Returns true if the layouts are those that fill the cores. */
  private boolean sharesCores() {
    return definition.kind() == ExperimentKind.THREADS_VS_PROCESSES
        || definition.kind() == ExperimentKind.SERVING_LOAD;
  }

  private int cores() {
    return definition.cores() == 0 ? site.processors() : definition.cores();
  }

  /**
   * Returns true for a scaling experiment, which compares n ranks with n threads if no threads are
   * given.
   */
  private boolean scaling() {
    return definition.kind() == ExperimentKind.STRONG_SCALING
        || definition.kind() == ExperimentKind.WEAK_SCALING;
  }

  private List<Integer> ranks() {
    return definition.ranks().isEmpty()
        ? Stream.iterate(1, n -> n <= site.processors(), n -> 2 * n).toList()
        : definition.ranks();
  }

  private Arm arm(
      Layout layout,
      String attention,
      int blockSize,
      String transport,
      String merge,
      String latency,
      String rate) {
    String name =
        Stream.of(
                layout.ranks() + "x" + layout.threads(),
                layout.ranks() == 1 ? "" : transport,
                definition.attention().size() > 1 ? attention : "",
                definition.blockSizes().size() > 1 ? "block" + blockSize : "",
                merge.equals("auto") ? "" : merge,
                latency.isEmpty() ? "" : latency + "-added",
                rate)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("-"));
    return new Arm(
        name,
        layout.ranks(),
        layout.threads(),
        transport,
        attention,
        merge,
        definition.kvType(),
        blockSize,
        latency,
        rate,
        definition.prompt(),
        definition.gen(),
        depths(layout),
        definition.loads(),
        skipped(layout, transport, rate));
  }

  private List<Integer> depths(Layout layout) {
    int workers = layout.ranks() * layout.threads();
    return definition.depthPerRank().isEmpty()
        ? definition.depth()
        : definition.depthPerRank().stream().map(depth -> depth * workers).toList();
  }

  private String skipped(Layout layout, String transport, String rate) {
    String unfit = unfit(layout);
    if (!unfit.isEmpty()) {
      return unfit;
    }
    if (transport.equals("native") && !site.nativeMpi()) {
      return "no mpirun on the PATH: install Open MPI or MPICH";
    }
    if (transport.equals("inprocess") && (site.hosts() > 1 || !rate.isEmpty())) {
      return "ranks in one process have no network";
    }
    return !rate.isEmpty() && !site.namespaces()
        ? "a limited rate needs root, iproute2 and network namespaces"
        : "";
  }

  /** Returns the reason for which a layout cannot run here; empty if it can. */
  private String unfit(Layout layout) {
    if (sharesCores() && layout.ranks() * layout.threads() != cores()) {
      return "%d ranks cannot share out %d cores evenly".formatted(layout.ranks(), cores());
    }
    if (layout.ranks() > definition.shards()) {
      return "%d ranks are more than the shards, of which there are %d"
          .formatted(layout.ranks(), definition.shards());
    }
    if ((layout.ranks() > 1 || sharesCores()) && layout.ranks() < site.hosts()) {
      return "fewer ranks than the %d hosts".formatted(site.hosts());
    }
    return "";
  }
}
