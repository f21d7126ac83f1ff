/** Lets any number of callers wait for something to change. */
export interface Changes {
  /** Resolves when `announce` is called next. */
  next(): Promise<void>;
  announce(): void;
}

export function openChanges(): Changes {
  let resolveNext: () => void = () => {};
  let next: Promise<void>;

  function renew(): void {
    next = new Promise((resolve) => {
      resolveNext = resolve;
    });
  }
  renew();

  return {
    next: () => next,
    announce() {
      resolveNext();
      renew();
    },
  };
}
