import { useQuery } from '@tanstack/react-query';
import { About } from '../generated/operations.ts';
import { ask } from './ask.ts';

/** What who looks at the page may do; nothing, until that is known. */
export function useViewer(): { mayWrite: boolean; mayChange: boolean } {
  const { data } = useQuery({
    queryKey: ['about'],
    queryFn: async ({ signal }) => (await ask(About, {}, signal)).service.viewer.scopes,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const mayChange = data?.includes('ADMIN') ?? false;
  return { mayWrite: mayChange || (data?.includes('WRITE') ?? false), mayChange };
}
