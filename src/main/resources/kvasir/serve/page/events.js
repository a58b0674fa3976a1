/** Reader of server-sent events, of which it gives the data. */
export class EventReader {
  #reader;
  #decoder = new TextDecoder();
  #pending = "";

  /** Creates a reader of a body. */
  constructor(body) {
    this.#reader = body.getReader();
  }

  /** Returns the data of the next event; null at the end of the body. */
  async next() {
    for (;;) {
      const end = this.#pending.indexOf("\n\n");
      if (end >= 0) {
        const event = this.#pending.slice(0, end);
        this.#pending = this.#pending.slice(end + 2);
        const lines = event.split("\n").filter((line) => line.startsWith("data:"));
        if (lines.length > 0) return lines.map((line) => line.slice(5).trimStart()).join("\n");
      } else {
        const { done, value } = await this.#reader.read();
        if (done) return null;
        this.#pending += this.#decoder.decode(value, { stream: true });
      }
    }
  }

  /** Gives up what has not been read. */
  close() {
    this.#reader.cancel().catch(() => {});
  }
}
