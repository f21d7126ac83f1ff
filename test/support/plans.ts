/** A node of a plan, as EXPLAIN (FORMAT JSON) gives it: what the tests look at. */
export type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  /** With ANALYZE only. */
  'Actual Loops'?: number;
  Plans?: Plan[];
};

/** A plan and all that is in it. */
export const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
