import { execute } from '@runledger/client/internal/execute';
import { settingsOf } from '@runledger/client/internal/options';
import { printKey } from '../../filter/print.ts';
import { statuses } from '../../filter/tree.ts';
import { KeyNames, PipelineNames, RunNames, StepNames } from '../generated/operations.ts';
import type { Ask, Candidate } from './complete.ts';

/** Who presses a key does not wait for longer. */
const deadlineMs = 500;

const fields: readonly Candidate[] = [
  { word: 'name:', help: 'a part of the name; name:iris* its beginning' },
  { word: 'pipeline:', help: 'one pipeline, or several with commas' },
  { word: 'status:', help: 'running, completed, failed, crashed, cancelled' },
  { word: 'after:', help: 'started since: 2026-11-01, 3d, today' },
  { word: 'before:', help: 'started before' },
  { word: 'has:', help: 'runs that logged a key' },
  { word: 'lacks:', help: 'runs that did not' },
];

/** Which kind of thing stands behind a word of a filter. */
const behind = { name: 'runs', pipeline: 'pipelines', has: 'keys', lacks: 'keys', status: 'statuses' } as const;

/** What a filter's last word can become: `status:failed,ru` ends in what is being written. */
async function filterCandidates(prefix: string): Promise<readonly Candidate[]> {
  const [, field, lead = '', part = ''] = /^(name|pipeline|has|lacks|status):(.*,)?(.*)$/s.exec(prefix) ?? [];
  if (field === undefined) {
    const keys = await askService('keys', prefix);
    const words = fields.filter(({ word }) => word.startsWith(prefix));
    return [...words, ...keys.map(({ word, help }) => ({ word: printKey(word), help }))];
  }
  const kind = behind[field as keyof typeof behind];
  const all = statuses.map((status) => ({ word: status.toLowerCase(), help: '' }));
  const found = kind === 'statuses' ? all.filter(({ word }) => word.startsWith(part)) : await askService(kind, part);
  return found.map(({ word, help }) => ({ word: `${field}:${lead}${word}`, help }));
}

/** Candidates from the service. None where it is away, slow, or refuses: nothing is said into a line that is being written. */
export async function askService(...[kind, prefix, run]: Parameters<Ask>): Promise<readonly Candidate[]> {
  try {
    const settings = settingsOf({ deadlineMs });
    if (kind === 'runs') {
      const { nodes } = (await execute(settings, RunNames, { prefix })).pipelineRuns;
      return nodes.map(({ name, pipeline, status }) => ({ word: name, help: `${pipeline}, ${status.toLowerCase()}` }));
    }
    if (kind === 'pipelines') {
      const { nodes } = (await execute(settings, PipelineNames, { prefix })).pipelines;
      return nodes.map(({ name, runs }) => ({ word: name, help: `${runs} runs` }));
    }
    if (kind === 'steps') {
      if (!run) return [];
      const { pipelineRun } = await execute(settings, StepNames, { ref: run });
      const steps = pipelineRun?.steps.nodes ?? [];
      return steps
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, status }) => ({ word: name, help: status.toLowerCase() }));
    }
    if (kind === 'filter') return await filterCandidates(prefix);
    // In a list the last one is being written.
    const [, lead = '', part = ''] = /^(.*,)?(.*)$/s.exec(prefix) ?? [];
    const { metadataKeys } = await execute(settings, KeyNames, { prefix: part });
    return metadataKeys.map(({ key, types }) => ({ word: lead + key, help: types.join(', ').toLowerCase() }));
  } catch {
    return [];
  }
}
