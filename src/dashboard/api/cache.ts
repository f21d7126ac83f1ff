import { UnavailableError } from '@runledger/client/internal/errors';
import { stringifyJson } from '@runledger/client/json';
import { QueryClient } from '@tanstack/react-query';

/** How long to wait before the next try: as long as the service asked, or longer with every failure. */
export function retryDelayMs(failures: number, error: unknown): number {
  const asked = error instanceof UnavailableError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, Math.min(15_000, 500 * 2 ** failures));
}

/** What the page has asked and been answered. Tries again for as long as the service is away, and shows old answers. */
export function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        networkMode: 'always',
        retry: (_failures, error) => error instanceof UnavailableError,
        retryDelay: retryDelayMs,
        // The keys of questions may hold whole numbers that JSON.stringify refuses.
        queryKeyHashFn: stringifyJson,
        // Answers hold bigints, which structural comparison by JSON would trip over; they are compared by reference.
        structuralSharing: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
