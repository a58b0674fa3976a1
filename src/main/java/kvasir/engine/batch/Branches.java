package kvasir.engine.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Requests that begin with the tokens of a sequence that computes them already. Each waits until a
 * sequence of its group has the common tokens, and then forks it. So the common tokens are computed
 * once, without regard to the borders of blocks and also without a prefix cache.
 *
 * <pre>
 *   group     first sequence   [ common tokens ...... | own tokens ... ]
 *             branch, forked   [ shared and copied .. | own tokens ... ]
 *             branch, waiting  until a sequence of the group can be forked: there must be a place
 *                              and blocks. If all have ended, it begins as a sequence of its own.
 * </pre>
 *
 * <p>Used by one thread, between steps.
 */
final class Branches {
  /** A request and the receiver of its results. */
  record Branch(Request request, TokenSink sink) {}

  /** Sequences with common first tokens, and requests that wait to be one of them. */
  private record Group(int common, Deque<Branch> waiting, Set<Long> sequences) {}

  private final Scheduler scheduler;
  private final BiConsumer<Long, Branch> begun;
  private final Map<Long, Group> groups = new LinkedHashMap<>();

  /**
   * Creates an object without branches.
   *
   * @param begun receives the number of each branch that has become a sequence
   */
  Branches(Scheduler scheduler, BiConsumer<Long, Branch> begun) {
    this.scheduler = scheduler;
    this.begun = begun;
  }

  /** Returns the number of requests that wait. */
  int waiting() {
    return groups.values().stream().mapToInt(group -> group.waiting().size()).sum();
  }

  /**
   * Adds requests that begin as a sequence does.
   *
   * @param first number of the sequence, which has no branches yet
   * @param common number of common tokens
   */
  void add(long first, int common, Collection<Branch> branches) {
    if (!branches.isEmpty()) {
      Set<Long> sequences = new LinkedHashSet<>(List.of(first));
      groups.put(first, new Group(common, new ArrayDeque<>(branches), sequences));
    }
  }

  /**
   * Drops all requests that wait to branch off a sequence, and forgets the sequence.
   *
   * @return the sequences that have branched off it
   */
  List<Long> drop(long first) {
    Group group = groups.remove(first);
    return group == null ? List.of() : List.copyOf(group.sequences());
  }

  /** Lets requests begin whose common tokens are computed, as far as there is room. */
  void begin() {
    for (Group group : groups.values()) {
      group.sequences().removeIf(number -> !scheduler.lives(number));
      while (!group.waiting().isEmpty() && beginNext(group)) {
        group.waiting().removeFirst();
      }
    }
    groups.values().removeIf(g -> g.waiting().isEmpty() && g.sequences().isEmpty());
  }

  /** Begins the next request of a group; returns false if it has to wait. */
  private boolean beginNext(Group group) {
    Branch next = group.waiting().getFirst();
    if (group.sequences().isEmpty()) {
      switch (scheduler.submit(next.request())) {
        case Submission.Accepted accepted -> take(group, accepted, next);
        case Submission.Refused refused -> next.sink().failed(refused.reason());
      }
      return true;
    }
    for (long sequence : new ArrayList<>(group.sequences())) {
      Submission answer = scheduler.fork(sequence, group.common(), next.request());
      if (answer instanceof Submission.Accepted accepted) {
        take(group, accepted, next);
        return true;
      }
    }
    return false;
  }

  private void take(Group group, Submission.Accepted accepted, Branch branch) {
    group.sequences().add(accepted.number());
    begun.accept(accepted.number(), branch);
  }
}
