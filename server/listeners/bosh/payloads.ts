/** What waits for the next response. */

/** Of one response, in UTF-16 units, unless one payload alone is larger: a response is kept until the client has it. */
const MAX_RESPONSE_SIZE = 262_144;

export class Payloads {
  #waiting: string[] = [];
  #size = 0;

  /** In UTF-16 units. */
  get size(): number {
    return this.#size;
  }

  add(payload: string): void {
    this.#waiting.push(payload);
    this.#size += payload.length;
  }

  /** As many as one response carries. */
  take(): string {
    const isFull = (size: number, payload: string) => size > 0 && size + payload.length > MAX_RESPONSE_SIZE;
    let count = 0;
    let size = 0;
    for (const payload of this.#waiting) {
      if (isFull(size, payload)) break;
      size += payload.length;
      count++;
    }
    this.#size -= size;
    return this.#waiting.splice(0, count).join('');
  }

  takeAll(): string {
    this.#size = 0;
    return this.#waiting.splice(0).join('');
  }
}
