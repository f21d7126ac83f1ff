import type { MetadataTest, RunFilter } from './run-filter.ts';
import type { RunListQuestion } from './run-list.ts';

/** Whether every run of the ledger passes, so that nothing has to be looked at. */
function isOfAll(filter: RunFilter): boolean {
  return filter.kind === 'all' && filter.of.every(isOfAll);
}

/** Whether a page of runs may take long, whatever it finds: no index has what is asked for. */
export function isDearList({ filter, order }: RunListQuestion): boolean {
  return isDear(filter) || (order.by === 'metadata' && order.path.length > 0);
}

/** Whether a page of runs is a walk of an index that ends with the page. */
export function isPlainList({ filter, order }: RunListQuestion): boolean {
  return isOfAll(filter) && order.by !== 'metadata';
}

const withoutIndex = new Set<MetadataTest['test']>(['contains', 'has', 'type']);

/** Whether the filter has a condition that no index serves: then it is tried on run after run. */
function isDear(filter: RunFilter): boolean {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.some(isDear);
    case 'not':
    case 'nameContains':
      return true;
    case 'metadata':
      return !filter.exists || filter.path.length > 0 || filter.tests.some(({ test }) => withoutIndex.has(test));
    default:
      return false;
  }
}
