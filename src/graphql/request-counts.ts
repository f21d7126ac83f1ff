import { createHistogram, type Histogram, observe } from '../measure/histogram.ts';
import { counter, gauge, histogram, type Metric } from '../measure/metric.ts';
import type { AnswerWay, Operation, RequestNote } from '../measure/request.ts';

const ways: AnswerWay[] = ['json', 'get', 'stream'];
const operations: Operation[] = ['query', 'mutation', 'subscription', 'none'];
const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Tally = { way: AnswerWay; operation: Operation; codes: Map<string, number>; seconds: Histogram };

/** What is counted of requests: one place for each kind, so that nothing is made when one is counted. */
export type RequestCounts = { inFlight: number; followers: number; readonly tallies: readonly Tally[] };

/** What is told from the start, as nothing: the first that comes would otherwise be no increase. */
const toldFromStart: Record<Operation, AnswerWay[]> = {
  query: ['json', 'get', 'stream'],
  mutation: ['json'],
  subscription: ['stream'],
  none: [],
};
const codesFromStart = ['OK', 'INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'TIMEOUT'];

export function createRequestCounts(): RequestCounts {
  const tallies = ways.flatMap((way) =>
    operations.map((operation): Tally => {
      const codes = toldFromStart[operation].includes(way) ? codesFromStart : [];
      return {
        way,
        operation,
        codes: new Map(codes.map((code) => [code, 0])),
        seconds: createHistogram(secondsBounds),
      };
    }),
  );
  return { inFlight: 0, followers: 0, tallies };
}

export function countAnswer({ tallies }: RequestCounts, { way, operation, code }: RequestNote, ms: number): void {
  const { codes, seconds } = tallies[ways.indexOf(way) * operations.length + operations.indexOf(operation)]!;
  codes.set(code, (codes.get(code) ?? 0) + 1);
  observe(seconds, ms / 1_000);
}

/** The counts as metrics. */
export function requestMetrics({ inFlight, followers, tallies }: RequestCounts): Metric[] {
  return [
    counter(
      'runledger_requests_total',
      'GraphQL requests answered, by kind of operation, by the way they came, and by the code of their first error.',
      tallies.flatMap(({ way, operation, codes }) =>
        [...codes].map(([code, count]): [Record<string, string>, number] => [{ operation, way, code }, count]),
      ),
    ),
    histogram(
      'runledger_request_duration_seconds',
      'From the whole question to the whole answer; of a subscription, until its stream stood.',
      tallies.filter(({ codes }) => codes.size > 0).map(({ way, operation, seconds }) => [{ operation, way }, seconds]),
    ),
    gauge('runledger_requests_in_flight', 'GraphQL requests that are being answered.', [[{}, inFlight]]),
    gauge('runledger_followers', 'Subscriptions whose streams are open.', [[{}, followers]]),
  ];
}
