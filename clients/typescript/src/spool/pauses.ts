/** The pauses of a sender, which someone in a hurry can cut short. */
export interface Pauses {
  /** Waits, unless someone is in a hurry. Does not keep the process alive: what is to be sent is in the file. */
  wait(ms: number): Promise<void>;
  /** Ends the pause under way, and skips those that follow. */
  hurry(): void;
  /** Lets the pauses that follow take their time again. */
  calmDown(): void;
  readonly hurried: boolean;
}

export function openPauses(): Pauses {
  let hurried = false;
  let endPause: () => void = () => {};
  return {
    async wait(ms) {
      if (hurried) return;
      await new Promise<void>((resolve) => {
        endPause = resolve;
        setTimeout(resolve, ms).unref();
      });
    },
    hurry() {
      hurried = true;
      endPause();
    },
    calmDown() {
      hurried = false;
    },
    get hurried() {
      return hurried;
    },
  };
}
