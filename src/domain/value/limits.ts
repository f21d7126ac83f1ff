/** What a request may hold at most. */
export type Limits = {
  /** A value as compact JSON in UTF-8; default 65,536. */
  maxValueBytes: number;
  /** Entries in one request; default 1,000. */
  maxEntries: number;
};

/** What holds where the operator says nothing else. */
export const defaultLimits: Limits = { maxValueBytes: 65_536, maxEntries: 1_000 };
